import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { renderSource } from '../../../../src-main/data/render-source'
import { rowIds, taskShares, viewBatch } from '../../../../src-main/packing/batch-view'
import { createLoader, type LoaderOptions } from '../../../../src-main/packing/loader'
import { ROLES } from '../../../../src-main/packing/token-roles'
import type { PackedBatch } from '../../../../src-main/packing/types'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { goldenPath } from '../../../support/golden'
import { anyPacking, BOS, optionsOf, sourceOf } from '../../../support/packing'
import { textMixture } from '../../../support/text-mixture'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
})

const pairs = [
  ['hi', 'hello there'],
  ['one two three', 'four'],
  ['a', 'b'],
] as const

function firstBatch(changes: Partial<LoaderOptions>): Promise<PackedBatch> {
  const options = { ...optionsOf(changes), bosId: tokenizer.specials['<|bos|>'] }
  return createLoader(renderSource(textMixture(pairs), tokenizer), options).next()
}

describe('viewBatch', () => {
  it('shows each row as its conversations, with roles, mask and padding', async () => {
    const batch = await firstBatch({ packing: 'bestfit-pad', seqLen: 30, bufferSize: 3 })
    const view = viewBatch(batch, 'train', tokenizer)
    expect(view.ids).toHaveLength(2 * 31)
    for (const [row, from] of view.pad_from.entries()) {
      const roles = view.roles.subarray(row * 31, (row + 1) * 31)
      expect(roles.subarray(from).every((role) => role === ROLES.pad)).toBe(true)
      expect(roles.subarray(0, from).some((role) => role === ROLES.pad)).toBe(false)
    }
    expect(view.tokens_used + view.tokens_padded).toBe(2 * 31)
    expect(view.tokens_used).toBe(view.pad_from.reduce((a, b) => a + b, 0))
    expect(view.mask.reduce((a, b) => a + b, 0)).toBeGreaterThan(0)
  })

  it('counts the targets of each row, as the loader gives them', async () => {
    for (const loss of ['all', 'completion'] as const) {
      const shape = { packing: 'bestfit-pad', seqLen: 12, bufferSize: 3 } as const
      const view = viewBatch(await firstBatch(shape), 'train', tokenizer, loss)
      const batch = await firstBatch({ ...shape, loss })
      expect(view.loss).toBe(loss)
      const rows = Array.from({ length: 2 }, (_, row) => batch.targets.subarray(row * 12, (row + 1) * 12))
      expect(Array.from(view.targets)).toEqual(rows.map((row) => row.filter((id) => id !== -1).length))
    }
  })

  it('reads as text through its vocabulary', async () => {
    const view = viewBatch(await firstBatch({ batchSize: 1, seqLen: 7, bufferSize: 3 }), 'val', tokenizer)
    const text = new Map(view.vocabulary.map((entry) => [entry.id, entry.text]))
    const row = Array.from(view.ids, (id) => text.get(id)).join('')
    expect(row.startsWith('<|bos|><|user_start|>a<|user_end|><|assistant_start|>b<|assistant_end|>')).toBe(
      true,
    )
    expect(view.vocabulary.find(({ text: t }) => t === '<|bos|>')?.bytes).toBe(0)
    expect(view.vocabulary.find(({ text: t }) => t === 'a')?.bytes).toBe(1)
    expect(view.split).toBe('val')
  })

  it('adds up by task', () => {
    const span = { row: 0, offset: 0, taskRow: 0, conversation: 0 }
    expect(
      taskShares([
        { ...span, task: 3, length: 5, cropped: 2 },
        { ...span, task: 1, length: 4, cropped: 0 },
        { ...span, task: 3, length: 1, cropped: 0 },
      ]),
    ).toEqual([
      { task: 1, conversations: 1, used: 4, cropped: 0, cropped_conversations: 0 },
      { task: 3, conversations: 2, used: 6, cropped: 2, cropped_conversations: 1 },
    ])
  })
})

describe('rowIds', () => {
  it('gives back the rows that inputs and targets were cut from', async () => {
    await fc.assert(
      fc.asyncProperty(anyPacking, async ({ lengths, options }) => {
        const batch = await createLoader(sourceOf(lengths), { ...options, bosId: BOS }).next()
        const ids = rowIds(batch)
        const capacity = batch.seqLen + 1
        for (let row = 0; row < batch.batchSize; row++) {
          const rowOf = ids.subarray(row * capacity, (row + 1) * capacity)
          const inputs = batch.inputs.subarray(row * batch.seqLen, (row + 1) * batch.seqLen)
          const targets = batch.targets.subarray(row * batch.seqLen, (row + 1) * batch.seqLen)
          expect(rowOf.subarray(0, -1)).toEqual(inputs)
          targets.forEach((target, i) => {
            if (target !== -1) expect(rowOf[i + 1]).toBe(target)
            else expect(rowOf[i + 1]).toBe(BOS)
          })
        }
      }),
    )
  })
})
