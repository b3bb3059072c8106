/** Frames of an answer: the first at once, the others together, all in order. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { TalkTokens } from '../../../../src-main/contract/contract'
import { TokenBatcher } from '../../../../src-main/services/token-batcher'
import { sampleAnswer, sampleTake } from '../../../support/talks'

const [token] = sampleAnswer().tokens
const { fitted } = sampleTake()
if (token === undefined || fitted === null) throw new Error('the samples have both')

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function batching(): { batcher: TokenBatcher; frames: TalkTokens[] } {
  const frames: TalkTokens[] = []
  return { batcher: new TokenBatcher('answer', (frame) => frames.push(frame)), frames }
}

test('the first frame goes out at once, and then ten a second with everything in order', () => {
  const { batcher, frames } = batching()
  batcher.add({ type: 'fitted', fitted })
  vi.advanceTimersByTime(0)
  expect(frames).toEqual([{ job: 'answer', seq: 0, fitted, tokens: [], stopped: [] }])
  for (let id = 0; id < 100; id++) {
    batcher.add({ type: 'token', sample: id % 2, token: { ...token, id } })
    vi.advanceTimersByTime(10)
  }
  batcher.add({ type: 'stopped', sample: 1, stopped: 'end', text: '\ufffd' })
  batcher.flush()
  expect(frames.length).toBeGreaterThan(9)
  expect(frames.length).toBeLessThan(13)
  expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => i))
  expect(frames.flatMap(({ tokens }) => tokens.map(({ id }) => id))).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  )
  expect(frames.at(-1)?.stopped).toEqual([{ sample: 1, stopped: 'end', text: '\ufffd' }])
  expect(batcher.fitted).toBe(fitted)
})

test('a flush sends what waits and no empty frame, and nothing comes after it', () => {
  const { batcher, frames } = batching()
  batcher.flush()
  batcher.add({ type: 'token', sample: 0, token })
  batcher.flush()
  vi.advanceTimersByTime(1000)
  batcher.flush()
  expect(frames).toHaveLength(1)
})
