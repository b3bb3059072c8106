import { beforeAll, describe, expect, it } from 'vitest'
import { renderConversation } from '../../../../src-main/tokenizer/render'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import type { CallContext } from '../../../../src-main/packing/port-calls'
import { SplitData } from '../../../../src-main/packing/split-data'
import { goldenPath } from '../../../support/golden'
import { textMixture } from '../../../support/text-mixture'

let tokenizer: Tokenizer
const mixture = textMixture(Array.from({ length: 30 }, (_, i) => ['q'.repeat(i), 'a'.repeat(2 * i)] as const))
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined }

beforeAll(async () => {
  tokenizer = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
})

describe('SplitData', () => {
  it('learns the length of what it reads', async () => {
    const data = new SplitData(mixture, tokenizer)
    expect(data.knownLength(7)).toBe(0)
    const ids = await data.ids(7)
    expect(data.knownLength(7)).toBe(ids.length)
    expect(data.lengthOf(7)).toBe(ids.length)
    expect(await data.lengthOf(8)).toBe((await data.ids(8)).length)
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
    const data = new SplitData(counting, tokenizer)
    const { lengths, supervised, tasks } = await data.table(context)
    for (let c = 0; c < mixture.length; c++) {
      const { ids, mask } = renderConversation(tokenizer, await mixture.conversation(c))
      expect([lengths[c], supervised[c], tasks[c]]).toEqual([
        ids.length,
        mask.reduce((a, b) => a + b, 0),
        c % 2,
      ])
    }
    await data.table(context)
    expect(read).toBe(mixture.length)
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
    const data = new SplitData(slow, tokenizer)
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

  it('passes on what reading throws', async () => {
    const broken = { ...mixture, conversation: () => Promise.reject(new Error('row 3 is broken')) }
    await expect(new SplitData(broken, tokenizer).table(context)).rejects.toThrow('row 3 is broken')
  })
})
