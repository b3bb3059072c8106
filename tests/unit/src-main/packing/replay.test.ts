import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchPacker, packBatch } from '../../../../src-main/packing/batch-packer'
import type { RowReplay } from '../../../../src-main/packing/batch.schema'
import { MOST_CANDIDATES, replayRow } from '../../../../src-main/packing/replay'
import { runThrough } from '../../../../src-main/threads/breathe'
import type { LoaderState, PackingOptions } from '../../../../src-main/packing/types'
import { anyPacking, optionsOf } from '../../../support/packing'

const start = { cursor: 0, epoch: 1, consumed: 0, buffer: [], batches: 0 }

/** Conversations are alternately of two tasks. */
function replay(
  options: PackingOptions,
  lengths: readonly number[],
  state: LoaderState = start,
  row = 0,
): RowReplay {
  const known = { lengthOf: (c: number): number => lengths[c] ?? 0, taskOf: (c: number): number => c % 2 }
  return runThrough(replayRow(options, lengths.length, known, state, row))
}

describe('replayRow', () => {
  it('shows the buffer longest first, what fits, and what was taken', () => {
    const lengths = [4, 6, 3, 8, 5, 2, 9, 7]
    const told = replay(optionsOf(), lengths)
    expect(told).toMatchObject({ batch: 0, row: 0, capacity: 10 })
    expect(told.steps.map((s) => [s.offset, s.remaining, s.chosen, s.length, s.cropped])).toEqual([
      [0, 10, 3, 8, 0],
      [8, 2, 0, 2, 2],
    ])
    expect(told.steps[1]).toMatchObject({ buffered: 4, fitting: 0, first_rank: 0 })
    expect(told.steps[1]?.candidates).toEqual([
      { conversation: 1, task: 1, length: 6, order: 1, fits: false },
      { conversation: 4, task: 0, length: 5, order: 3, fits: false },
      { conversation: 0, task: 0, length: 4, order: 0, fits: false },
      { conversation: 2, task: 0, length: 3, order: 2, fits: false },
    ])
  })

  it('ends a padded row with the padding', () => {
    const lengths = [8, 7, 6]
    const options = optionsOf({ packing: 'bestfit-pad', bufferSize: 2 })
    expect(replay(options, lengths).steps.at(-1)).toMatchObject({
      offset: 8,
      remaining: 2,
      chosen: null,
      length: 2,
      cropped: 0,
    })
  })

  it('tells of a large buffer what is about the choice', () => {
    const lengths = Array.from({ length: 3000 }, (_, c) => 40 + ((c * 37) % 800))
    const options = optionsOf({ bufferSize: 1000, seqLen: 899 })
    const { steps } = replay(options, lengths)
    expect(steps.length).toBeGreaterThan(1)
    for (const step of steps) {
      expect([step.buffered, step.candidates.length]).toEqual([1000, MOST_CANDIDATES])
      expect(step.candidates.some((c) => c.conversation === step.chosen)).toBe(true)
      const lengthsTold = step.candidates.map((c) => c.length)
      expect(lengthsTold).toEqual(lengthsTold.toSorted((a, b) => b - a))
      expect(step.first_rank + MOST_CANDIDATES).toBeLessThanOrEqual(step.buffered)
    }
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
          const { steps } = replay(options, lengths, state, row)
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
