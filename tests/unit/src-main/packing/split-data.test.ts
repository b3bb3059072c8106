import { beforeAll, describe, expect, it } from 'vitest'
import type { Mixture } from '../../../../src-main/data/mixture'
import { renderSource } from '../../../../src-main/data/render-source'
import { renderConversation } from '../../../../src-main/tokenizer/render'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { type Failure, MidbenchError } from '../../../../src-main/errors'
import type { CallContext } from '../../../../src-main/threads/calls'
import { SplitData, type SplitSource } from '../../../../src-main/packing/split-data'
import { goldenPath } from '../../../support/golden'
import { textMixture } from '../../../support/text-mixture'

let tokenizer: Tokenizer
const mixture = textMixture(Array.from({ length: 30 }, (_, i) => ['q'.repeat(i), 'a'.repeat(2 * i)] as const))
const faults: Failure[] = []
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined }

beforeAll(async () => {
  tokenizer = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
})

function splitOf(over: Mixture, fillAll?: SplitSource['fillAll']): SplitData {
  const source = renderSource(over, tokenizer)
  return new SplitData(over, tokenizer, fillAll ? { ...source, fillAll } : source, (fault) =>
    faults.push(fault),
  )
}

describe('SplitData', () => {
  it('learns the length of what it reads', async () => {
    const data = splitOf(mixture)
    expect(data.knownLength(7)).toBe(0)
    const { ids } = await data.tokens(7)
    expect(data.knownLength(7)).toBe(ids.length)
    expect(data.lengthOf(7)).toBe(ids.length)
    expect(await data.lengthOf(8)).toBe((await data.tokens(8)).ids.length)
  })

  it('tabulates every conversation, reading each once', async () => {
    let read = 0
    const counting = {
      ...mixture,
      conversation: (index: number) => {
        read++
        return mixture.conversation(index)
      },
    }
    const data = splitOf(counting)
    const { lengths, supervision, tasks } = await data.table(context)
    for (let c = 0; c < mixture.length; c++) {
      const { ids, mask } = renderConversation(tokenizer, await mixture.conversation(c))
      expect([lengths[c], supervision.counts[c], tasks[c]]).toEqual([
        ids.length,
        mask.reduce((a, b) => a + b, 0),
        c % 2,
      ])
      const half = ids.length >> 1
      expect(supervision.within(c, half)).toBe(mask.subarray(0, half).reduce((a, b) => a + b, 0))
    }
    await data.table(context)
    expect(read).toBe(mixture.length)
  })

  it('reads nothing where the cache knows what conversations amount to', async () => {
    const source: SplitSource = {
      ...renderSource(mixture, tokenizer),
      tokens: () => Promise.reject(new Error('it was read')),
      size: (index) => ({
        length: index + 1,
        supervised: index,
        stretches: Uint16Array.of(0, index),
        cut: 2 * index,
        supervisedCut: 3 * index,
      }),
    }
    const data = new SplitData(mixture, tokenizer, source, (fault) => faults.push(fault))
    expect(data.lengthOf(7)).toBe(8)
    expect(data.knownLength(7)).toBe(8)
    const { lengths, supervision, cut } = await data.table(context)
    expect(Array.from(supervision.cut)).toEqual(Array.from({ length: 30 }, (_, i) => 3 * i))
    expect(Array.from(supervision.counts)).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect(Array.from(lengths)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    expect(Array.from(cut)).toEqual(Array.from({ length: 30 }, (_, i) => 2 * i))
  })

  it('stops when cancelled and goes on where it was', async () => {
    let read = 0
    const slow = {
      ...mixture,
      conversation: async (index: number) => {
        read++
        await new Promise((resolve) => setTimeout(resolve, 2))
        return mixture.conversation(index)
      },
    }
    const data = splitOf(slow)
    const controller = new AbortController()
    const cancelled = data.table({
      signal: controller.signal,
      progress: () => {
        controller.abort()
      },
    })
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' })
    const first = read
    expect(first).toBeLessThan(mixture.length)
    await data.table(context)
    expect(read).toBe(mixture.length)
  })

  it('tells of a cache that cannot be written, and counts all the same', async () => {
    const full = new MidbenchError({ code: 'disk.full', message: 'No space is left.' })
    const { lengths } = await splitOf(mixture, () => Promise.reject(full)).table(context)
    expect(lengths.every((length) => length > 0)).toBe(true)
    expect(faults).toEqual([full.toFailure()])
  })

  it('fills the cache for one asker at a time, whatever becomes of the one before', async () => {
    const order: string[] = []
    let fail: (error: Error) => void = () => undefined
    const fillAll = async (): Promise<void> => {
      order.push('begins')
      if (order.length === 1) await new Promise<void>((_, reject) => (fail = reject))
      order.push('ends')
    }
    const controller = new AbortController()
    const data = splitOf(mixture, fillAll)
    const first = data.table({ ...context, signal: controller.signal })
    const second = data.table(context)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(order).toEqual(['begins'])
    controller.abort()
    fail(new Error('cancelled'))
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    expect((await second).lengths.every((length) => length > 0)).toBe(true)
    expect(order).toEqual(['begins', 'begins', 'ends'])
  })

  it('tells everyone who waits how far the filling is', async () => {
    const heard: string[] = []
    const hearing = (who: string): CallContext => ({
      ...context,
      progress: ({ what, done, total }) => heard.push(`${who}: ${what} ${String(done)}/${String(total)}`),
    })
    let filled = 0
    const data = splitOf(mixture, async (options) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const what = filled++ === 0 ? 'tokenizing' : 'looking'
      options.onProgress?.({ what, unit: 'conversations', done: 3, total: 30 })
    })
    await Promise.all([data.table(hearing('mixture')), data.table(hearing('plan'))])
    expect(heard.filter((line) => /tokenizing|looking/.test(line))).toEqual([
      'mixture: tokenizing 3/30',
      'plan: tokenizing 3/30',
      'plan: looking 3/30',
    ])
  })

  it('passes on what reading throws', async () => {
    const broken = { ...mixture, conversation: () => Promise.reject(new Error('row 3 is broken')) }
    await expect(splitOf(broken).table(context)).rejects.toThrow('row 3 is broken')
  })
})
