import { describe, expect, it } from 'vitest'
import { BatchPacker, packBatch } from '../../../../../src-main/packing/batch-packer'
import { compareVariant } from '../../../../../src-main/packing/compare'
import type { Comparison } from '../../../../../src-main/packing/plan.schema'
import type { PackingName } from '../../../../../src-main/packing/packings.schema'
import { runThrough } from '../../../../../src-main/threads/breathe'
import { optionsOf } from '../../../../support/packing'

/** `conversation:ids` by row of the first batch of rows of 10 ids. */
function rowsOf(lengths: readonly number[]): string[][] {
  const options = optionsOf({ packing: 'next-fit' })
  const { placements } = packBatch(new BatchPacker(options, lengths.length), (c) => lengths[c] ?? 0)
  const rows: string[][] = Array.from({ length: options.batchSize }, () => [])
  for (const { row, conversation, length } of placements) rows[row]?.push(`${conversation}:${length}`)
  return rows
}

describe('next fit', () => {
  it('takes conversations as they come; one that does not fit begins the next row whole', () => {
    // Best fit would put 3 after 7: 4 is the next to be read, and does not fit.
    expect(rowsOf([7, 4, 5, 3])).toEqual([['0:7'], ['1:4', '2:5']])
    expect(rowsOf([4, 6, 1, 10])).toEqual([['0:4', '1:6'], ['2:1']])
  })

  it('cuts a conversation longer than a row to the row', () => {
    expect(rowsOf([2, 25, 3, 3])).toEqual([['0:2'], ['1:10']])
  })

  it('loses nothing, and pads more than best fit, whose buffer it has no use for', () => {
    const lengths = Int32Array.from({ length: 3000 }, (_, i) => 10 + ((i * 7919) % 190))
    const input = { lengths, tasks: new Uint16Array(lengths.length), taskCount: 1 }
    const compare = (packing: PackingName, buffer_size: number): Comparison =>
      runThrough(compareVariant(input, { packing, seq_len: 255, batch_size: 4, buffer_size }, 1024))
    expect(compare('next-fit', 100).tokens_cropped).toBe(0)
    expect(compare('next-fit', 100).utilisation).toBeLessThan(compare('bestfit-pad', 100).utilisation)
    expect(compare('next-fit', 1).rows).toBe(compare('next-fit', 100).rows)
  })
})
