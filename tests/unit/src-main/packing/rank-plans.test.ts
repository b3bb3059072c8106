import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createLoader } from '../../../../src-main/packing/loader'
import { batchesPerStepOf, planRanks, type RankPlans } from '../../../../src-main/packing/rank-plans'
import type { PlanInput } from '../../../../src-main/packing/types'
import { BOS, sourceOf, supervisionOf } from '../../../support/packing'

const options = {
  packing: 'bestfit-crop',
  batchSize: 2,
  seqLen: 15,
  bufferSize: 4,
  batchesPerStep: 2,
} as const

function inputOf(lengths: readonly number[]): PlanInput {
  const tasks = new Uint16Array(lengths.length)
  return { lengths: Int32Array.from(lengths), tasks, taskCount: 1, supervision: supervisionOf(lengths) }
}

function plansOf(lengths: readonly number[], ranks: number, steps: number | null = null): RankPlans {
  const walk = planRanks(inputOf(lengths), { ...options, loss: 'all' }, ranks, steps)
  for (;;) {
    const next = walk.next()
    if (next.done === true) return next.value
    expect(next.value).toBeLessThanOrEqual(1)
  }
}

/** Ids that each rank's own loader puts into rows, until the first rank's epoch ends; whole steps only. */
async function trained(
  lengths: readonly number[],
  ranks: number,
): Promise<{ steps: number; used: number[] }> {
  const loaders = Array.from({ length: ranks }, (_, rank) =>
    createLoader(sourceOf(lengths), { ...options, bosId: BOS, rank, worldSize: ranks }),
  )
  const batches = await Promise.all(
    loaders.map(async (loader) => {
      const used: number[] = []
      for (let last = false; !last;) {
        const batch = await loader.next()
        used.push(batch.spans.reduce((sum, { length }) => sum + length, 0))
        last = batch.lastStep
      }
      return used
    }),
  )
  const steps = Math.min(...batches.map((used) => Math.floor(used.length / options.batchesPerStep)))
  const sum = (used: number[]): number =>
    used.slice(0, steps * options.batchesPerStep).reduce((a, b) => a + b, 0)
  return { steps, used: batches.map(sum) }
}

describe('an epoch shared by ranks', () => {
  it("is what each rank's loader reads, as long as the shortest of them", async () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 24 }), { minLength: 60, maxLength: 160 })
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 5 }), async (given, ranks) => {
        const [plans, expected] = [plansOf(given, ranks), await trained(given, ranks)]
        expect(plans.steps).toBe(expected.steps)
        if (plans.steps === 0) return
        expect(plans.by_rank.map(({ tokens_used: used }) => used)).toEqual(expected.used)
        const read = plans.by_rank.reduce((sum, { conversations }) => sum + conversations, 0)
        expect(read).toBe(given.length)
      }),
      { numRuns: 25 },
    )
  })

  it('has as many steps as are asked for, and says how far ranks differ in targets', () => {
    const even = plansOf(
      Array.from({ length: 96 }, () => 8),
      3,
      2,
    )
    expect([even.steps, even.rows_per_rank]).toEqual([2, 8])
    expect(even.target_spread).toEqual({ mean: 0, worst: 0 })
    const lengths = Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 2 : 15))
    const { mean, worst } = plansOf(lengths, 2).target_spread ?? { mean: NaN, worst: NaN }
    expect(worst).toBeGreaterThanOrEqual(mean)
  })
})

describe('a step', () => {
  const config = { total_batch_size: 1024, device_batch_size: 2, max_seq_len: 16 }
  it('is shared by ranks whose micro-batches divide it', () => {
    expect([1, 8, 32, 3, 64].map((ranks) => batchesPerStepOf(config, ranks))).toEqual([32, 4, 1, null, null])
  })
})
