import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchPacker, packBatch } from '../../../../src-main/packing/batch-packer'
import { replayRow } from '../../../../src-main/packing/replay'
import { anyPacking, optionsOf } from '../../../support/packing'

const start = { cursor: 0, epoch: 1, consumed: 0, buffer: [], batches: 0 }

describe('replayRow', () => {
  it('shows the buffer longest first, what fits, and what was taken', () => {
    const lengths = [4, 6, 3, 8, 5, 2, 9, 7]
    const replay = replayRow(optionsOf(), lengths.length, (c) => lengths[c] ?? 0, start, 0)
    expect(replay).toMatchObject({ batch: 0, row: 0, capacity: 10 })
    expect(replay.steps.map((s) => [s.offset, s.remaining, s.chosen, s.length, s.cropped])).toEqual([
      [0, 10, 3, 8, 0],
      [8, 2, 0, 2, 2],
    ])
    expect(replay.steps[1]?.candidates).toEqual([
      { conversation: 1, length: 6, order: 1, fits: false },
      { conversation: 4, length: 5, order: 3, fits: false },
      { conversation: 0, length: 4, order: 0, fits: false },
      { conversation: 2, length: 3, order: 2, fits: false },
    ])
  })

  it('ends a padded row with the padding', () => {
    const lengths = [8, 7, 6]
    const options = optionsOf({ packing: 'bestfit-pad', bufferSize: 2 })
    const replay = replayRow(options, lengths.length, (c) => lengths[c] ?? 0, start, 0)
    expect(replay.steps.at(-1)).toMatchObject({
      offset: 8,
      remaining: 2,
      chosen: null,
      length: 2,
      cropped: 0,
    })
  })

  it('tells of every row what the packer did, whatever the packing', () => {
    fc.assert(
      fc.property(anyPacking, ({ lengths, options }) => {
        const lengthOf = (c: number): number => lengths[c] ?? 0
        const packer = new BatchPacker(options, lengths.length)
        packBatch(packer, lengthOf)
        const state = packer.state()
        const layout = packBatch(packer, lengthOf)
        for (let row = 0; row < options.batchSize; row++) {
          const { steps } = replayRow(options, lengths.length, lengthOf, state, row)
          const told = steps
            .filter((s) => s.chosen !== null)
            .map((s) => [s.chosen, s.offset, s.length, s.cropped])
          const done = layout.placements
            .filter((p) => p.row === row)
            .map((p) => [p.conversation, p.offset, p.length, p.cropped])
          expect(told).toEqual(done)
          expect(steps.reduce((sum, s) => sum + s.length, 0)).toBe(options.seqLen + 1)
        }
      }),
    )
  })
})
