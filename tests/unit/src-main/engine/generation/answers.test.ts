/** Many prompts answered: each as it is answered alone. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { answerPrompts, type Prompts } from '../../../../../src-main/engine/generation/answers'
import type { GenerationSession } from '../../../../../src-main/engine/generation/generation-session'
import { failureOf } from '../../../../support/failure'
import { certain, talkSession, unbothered } from '../../../../support/generation'
import { goldenTalk } from '../../../../support/golden-talk'

const golden = goldenTalk.generate
const question: Prompts = {
  prompts: golden.map(({ prompt }) => Int32Array.from(prompt)),
  maxTokens: 32,
  stop: { end: -1, bos: -1 }, // the golden answers go on past their ends
}
let session: GenerationSession

beforeAll(async () => {
  session = await talkSession()
})
afterAll(() => {
  session.dispose()
})

async function answers(change: Partial<Prompts>, signal = unbothered): Promise<number[][]> {
  const found: number[][] = []
  for await (const { prompt, ids } of answerPrompts(session, { ...question, ...change }, signal)) {
    expect(found[prompt]).toBeUndefined() // once each
    found[prompt] = [...ids]
  }
  return found
}

test('every prompt gets the reference’s answer', async () => {
  const found = await answers({})
  expect(found).toHaveLength(golden.length)
  golden.forEach((each, i) => {
    const count = certain(each)
    expect(found[i]?.slice(0, count)).toEqual(each.greedy.slice(0, count))
    expect(found[i]).toHaveLength(32)
  })
})

test('of no prompt there is no answer', async () => {
  expect(await answers({ prompts: [] })).toEqual([])
})

test('they are broken off', async () => {
  const abort = new AbortController()
  abort.abort(new Error('enough'))
  await expect(answers({}, abort.signal)).rejects.toThrow('enough')
})

test('a prompt without ids is refused', async () => {
  const prompts = [Int32Array.of(1), new Int32Array()]
  expect((await failureOf(() => answers({ prompts }))).code).toBe('generation.prompt')
})
