import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLoader } from '../../../../src-main/packing/loader'
import { type EpochPlan, planEpoch } from '../../../../src-main/packing/plan'
import type { LossKind } from '../../../../src-main/packing/loss-kinds.schema'
import type { Placement } from '../../../../src-main/packing/batch.schema'
import type { PackedBatch, PlanInput } from '../../../../src-main/packing/types'
import {
  anyPacking,
  anySinglePass,
  BOS,
  optionsOf,
  type PackingCase,
  sourceOf,
  supervisionOf,
} from '../../../support/packing'

function inputOf(lengths: readonly number[]): PlanInput {
  const tasks = Uint16Array.from(lengths, (_, c) => c % 2)
  const cut = Int32Array.from(lengths, (_, c) => 5 * (c % 3))
  return { lengths: Int32Array.from(lengths), tasks, taskCount: 2, cut, supervision: supervisionOf(lengths) }
}

function planOf({ lengths, options }: PackingCase, batchesPerStep = 1, loss: LossKind = 'all'): EpochPlan {
  return planEpoch(inputOf(lengths), { ...options, batchesPerStep, loss })
}

/** The batches that a run trains: complete steps of the first pass. */
async function trainedBatches(
  { lengths, options }: PackingCase,
  batchesPerStep = 1,
  loss: LossKind = 'all',
): Promise<PackedBatch[]> {
  const loader = createLoader(sourceOf(lengths), { ...options, bosId: BOS, loss })
  const batches: PackedBatch[] = []
  do batches.push(await loader.next())
  while (batches.at(-1)?.lastStep === false)
  return batches.slice(0, Math.floor(batches.length / batchesPerStep) * batchesPerStep)
}

function placementsOf(batch: PackedBatch): Placement[] {
  return batch.spans.map(({ row, offset, length, cropped, conversation }) => ({
    row,
    offset,
    length,
    cropped,
    conversation,
  }))
}

/** [B] number of targets in each row. */
function targetsByRow({ targets, batchSize, seqLen }: PackedBatch): number[] {
  return Array.from({ length: batchSize }, (_, row) => {
    return targets.subarray(row * seqLen, (row + 1) * seqLen).filter((id) => id !== -1).length
  })
}

/** Number of targets in the spans of a task. */
function targetsOfTask(batches: readonly PackedBatch[], task: number): number {
  let count = 0
  for (const { targets, spans, seqLen } of batches) {
    for (const span of spans.filter((each) => each.task === task)) {
      const at = span.row * seqLen + span.offset - 1
      const from = span.offset === 0 ? at + 1 : at
      count += targets.subarray(from, at + span.length).filter((id) => id !== -1).length
    }
  }
  return count
}

function orNull(index: number): number | null {
  return index === -1 ? null : index
}

const accumulation = fc.integer({ min: 1, max: 3 })

describe('planEpoch', () => {
  it('adds up by hand', () => {
    // Rows of 10 ids, two a batch: 3:8 0:2-2 | 1:6 2:3 4:1-4, then 7:7 5:2 6:1-8 | 3' … as the second pass begins.
    const plan = planOf({ lengths: [4, 6, 3, 8, 5, 2, 9, 7], options: optionsOf() })
    expect(plan.steps).toBe(2)
    expect(plan.totals.rows).toBe(4)
    expect(plan.totals.utilisation).toBe(1)
    expect(plan.curve.used).toEqual([20, 20])
    expect(plan.curve.cropped[0]).toBe(6)
    expect(plan.totals.all).toMatchObject({ conversations: 8, tokens: 44, longerThanRow: 0, used: 40 })
  })

  it('counts padding and utilisation by hand', () => {
    // Rows of 10 ids, one a batch, a buffer of 2: 8 and 2 of padding (7 and 6 do not fit), then 7 3, then 6 4.
    const options = optionsOf({ packing: 'bestfit-pad', batchSize: 1, bufferSize: 2 })
    const plan = planOf({ lengths: [8, 7, 6, 3, 4], options })
    expect(plan.curve).toEqual({ used: [8, 10, 10], cropped: [0, 0, 0], padded: [2, 0, 0] })
    expect(plan.totals.padded).toBe(2)
    expect(plan.totals.utilisation).toBe(28 / 30)
  })

  it('equals what the loader does, batch by batch', async () => {
    await fc.assert(
      fc.asyncProperty(anyPacking, accumulation, async (packing, batchesPerStep) => {
        const plan = planOf(packing, batchesPerStep)
        const trained = await trainedBatches(packing, batchesPerStep)
        expect(plan.batches).toBe(trained.length)
        for (const batch of trained) expect(plan.layout(batch.index).placements).toEqual(placementsOf(batch))
        for (let step = 0; step < plan.steps; step++) {
          const batches = trained.slice(step * batchesPerStep, (step + 1) * batchesPerStep)
          expect(plan.step(step).map((b) => b.placements)).toEqual(batches.map(placementsOf))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('counts the targets of every row as the loader gives them, and what is supervised by task', async () => {
    const losses = fc.constantFrom<LossKind>('all', 'completion')
    await fc.assert(
      fc.asyncProperty(anyPacking, accumulation, losses, async (packing, batchesPerStep, loss) => {
        const { totals } = planOf(packing, batchesPerStep, loss)
        const trained = await trainedBatches(packing, batchesPerStep, loss)
        const rows = trained.map(targetsByRow)
        expect(Array.from(totals.targets.perRow ?? [])).toEqual(rows.flat())
        const sums = rows.map((targets) => targets.reduce((a, b) => a + b, 0))
        const has = (count: number): boolean => count > 0
        expect(totals.targets).toMatchObject({
          rowsWithout: rows.flat().filter((count) => !has(count)).length,
          batchesWithout: sums.filter((count) => !has(count)).length,
          firstWithout: orNull(sums.findIndex((count) => !has(count))),
          firstRowWithout: orNull(rows.findIndex((row) => !row.every(has))),
        })
        const masked =
          loss === 'completion' ? trained : await trainedBatches(packing, batchesPerStep, 'completion')
        for (const task of [0, 1]) {
          expect(totals.perTask[task]?.supervisedUsed).toBe(targetsOfTask(masked, task))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('gives, uses, crops and never trains what is supervised, with nothing left over', () => {
    fc.assert(
      fc.property(anySinglePass, accumulation, (packing, batchesPerStep) => {
        const plan = planOf(packing, batchesPerStep)
        const { all, perTask } = plan.totals
        const whole = supervisionOf(packing.lengths)
        expect(all.supervised).toBe(whole.counts.reduce((a, b) => a + b, 0))
        let again = 0 // what is placed a second time, as the next pass begins
        const placed = new Set<number>()
        for (let batch = 0; batch < plan.batches; batch++) {
          for (const { conversation } of plan.layout(batch).placements) {
            if (placed.has(conversation)) again += whole.counts[conversation] ?? 0
            placed.add(conversation)
          }
        }
        expect(all.supervisedUsed + all.supervisedCropped + all.supervisedNeverTrained - again).toBe(
          all.supervised,
        )
        for (const key of [
          'supervised',
          'supervisedUsed',
          'supervisedCropped',
          'supervisedNeverTrained',
          'supervisedCut',
        ] as const) {
          expect(perTask.reduce((sum, task) => sum + task[key], 0)).toBe(all[key])
        }
      }),
    )
  })

  it('tells how old the buffer grows, and how much of it fits in no row', () => {
    // Rows of 10 ids, one a batch, a buffer of 2: 12 waits from the first batch on.
    const options = optionsOf({ packing: 'bestfit-pad', batchSize: 1, bufferSize: 2 })
    const { notes } = planOf({ lengths: [12, 9, 9, 9], options }).buffer
    expect(notes.slice(0, 3)).toEqual([
      { oldest: 0, mean: 0, tooLong: 0.5 },
      { oldest: 1, mean: 0.5, tooLong: 0.5 },
      { oldest: 2, mean: 1, tooLong: 1 }, // the second pass has brought another
    ])
  })

  it('uses and loses exactly what it reads, in total and by task', () => {
    fc.assert(
      fc.property(anyPacking, accumulation, (packing, batchesPerStep) => {
        const plan = planOf(packing, batchesPerStep)
        const { all, perTask, padded, rows } = plan.totals
        let read = 0
        for (let batch = 0; batch < plan.batches; batch++) {
          for (const p of plan.layout(batch).placements) read += packing.lengths[p.conversation] ?? 0
        }
        expect(all.used + all.cropped).toBe(read)
        expect(all.used + padded).toBe(rows * (packing.options.seqLen + 1))
        for (const key of [
          'placed',
          'used',
          'cropped',
          'conversations',
          'neverTrained',
          'longerThanRow',
          'conversationsCut',
          'tokensCut',
        ] as const) {
          expect(perTask.reduce((sum, task) => sum + task[key], 0)).toBe(all[key])
        }
      }),
    )
  })

  it('finds every conversation where it went, or counts it as never trained', () => {
    fc.assert(
      fc.property(anySinglePass, accumulation, (packing, batchesPerStep) => {
        const plan = planOf(packing, batchesPerStep)
        let lost = 0
        packing.lengths.forEach((length, c) => {
          const found = plan.find(c)
          if (!found) lost++
          else expect(found.placement.length + found.placement.cropped).toBe(length)
        })
        expect(plan.totals.all.neverTrained).toBe(lost)
        const { conversations, placed, placedAgain } = plan.totals.all
        expect(conversations).toBe(packing.lengths.length)
        expect(placed - placedAgain + lost).toBe(conversations)
      }),
    )
  })

  it('drops an incomplete last step and says so', () => {
    const lengths = new Array<number>(20).fill(5)
    const plan = planOf({ lengths, options: optionsOf({ bufferSize: 1 }) }, 2)
    expect(plan.batches).toBe(4)
    expect(plan.leftOver).toBe(1)
    expect(plan.steps).toBe(2)
    expect(plan.totals.all.neverTrained).toBe(4)
  })

  it('plans a set number of batches past the first pass', () => {
    const lengths = new Array<number>(8).fill(5)
    const plan = planOf({ lengths, options: optionsOf({ bufferSize: 1, totalBatches: 6 }) }, 2)
    expect(plan.steps).toBe(3)
    expect(plan.totals.all).toMatchObject({ conversations: 8, placed: 24, neverTrained: 0 })
  })

  it('gives the state before a batch, from which the loader goes on', async () => {
    const lengths = Array.from({ length: 60 }, (_, i) => 1 + ((i * 7) % 13))
    const plan = planOf({ lengths, options: optionsOf() })
    const batches = await trainedBatches({ lengths, options: optionsOf() })
    const source = sourceOf(lengths)
    for (const batch of [0, 1, plan.batches - 1]) {
      const loader = createLoader(source, { ...optionsOf(), bosId: BOS }, plan.stateBefore(batch))
      expect(await loader.next()).toEqual(batches[batch])
    }
  })
})
