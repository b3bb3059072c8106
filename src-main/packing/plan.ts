/**
 * Plans the whole epoch from lengths alone: how many steps it has, what every task gives and loses, which conversations
 * are in a step, and where a conversation went. It runs the loader's own packing, so it matches the loader batch by
 * batch. 848,000 conversations take about a second; any batch's layout then takes at most a short walk from a kept
 * state.
 *
 * A run trains only complete steps (docs/REFERENCE.md §6.3). Batches of the epoch that do not fill a last step are
 * counted as left over, and their conversations as never trained.
 */
import { MOST_PLANNED_BATCHES } from '../bounds.schema'
import { MidbenchError } from '../errors'
import { BatchPacker, packBatch, packInSteps, type BatchLayout } from './batch-packer'
import { BufferCurve } from './buffer-curve'
import { Checkpoints } from './checkpoints'
import { PlanTotals } from './plan-totals'
import type { Placement } from './batch.schema'
import type { LoaderState, PlanInput, PlanOptions } from './types'

/** Stands for a conversation that a branch's parent has placed. */
const BEFORE = -2
/** A buffer of which nothing is known. */
const EMPTY = { bufferFigures: () => ({ oldest: 0, mean: 0, tooLong: 0 }) }

/** Figures of each batch, as one number a batch. */
export interface BatchCurve {
  used: number[]
  cropped: number[]
  padded: number[]
}

export class EpochPlan {
  /** Number of batches in complete steps. */
  batches = 0
  /** Number of batches after the last complete step; they are not trained. */
  leftOver = 0
  /** [n] batch of each conversation's first placement; -1 = never trained, -2 = by a branch's parent. */
  readonly batchOf: Int32Array
  readonly curve: BatchCurve = { used: [], cropped: [], padded: [] }
  readonly totals: PlanTotals
  readonly buffer = new BufferCurve()
  private readonly checkpoints: Checkpoints

  constructor(
    readonly input: PlanInput,
    readonly options: PlanOptions,
  ) {
    this.batchOf = new Int32Array(input.lengths.length).fill(-1)
    this.totals = new PlanTotals(input, options)
    this.checkpoints = new Checkpoints(options)
    if (options.start) this.leaveOut(options.start)
  }

  get steps(): number {
    return this.batches / this.options.batchesPerStep
  }

  /** Leaves what a branch's parent has read and trained out of the plan; its batches keep their numbers. */
  private leaveOut({ batches, cursor, epoch, buffer }: LoaderState): void {
    this.batches = batches
    for (let batch = 0; batch < batches; batch++) {
      for (const curve of [this.curve.used, this.curve.cropped, this.curve.padded]) curve.push(0)
      this.buffer.consider(batch, EMPTY)
    }
    const waiting = new Set(buffer)
    const read = epoch > 1 ? this.batchOf.length : cursor
    for (let c = 0; c < read; c++) if (!waiting.has(c)) this.batchOf[c] = BEFORE
  }

  /** Walks the epoch; yields the share done, 0 to 1, after each batch and within large ones. */
  *walk(): Generator<number, void, void> {
    const packer = new BatchPacker(this.options, this.input.lengths.length)
    requireWithin(this.options.totalBatches ?? 0)
    let step: BatchLayout[] = []
    let share = 0
    for (let last = false; !last;) {
      this.checkpoints.consider(packer.nextBatch, packer)
      const packing = packInSteps(packer, this.lengthOf)
      let packed = packing.next()
      for (; packed.done !== true; packed = packing.next()) yield share
      const layout = packed.value
      this.buffer.consider(layout.index, packer)
      step.push(layout)
      if (step.length === this.options.batchesPerStep) {
        this.commit(step)
        step = []
      }
      last = layout.lastStep
      requireWithin(packer.nextBatch)
      share = Math.min(1, layout.progress)
      yield share
    }
    this.leftOver = step.length
    this.totals.finish(this.batchOf)
  }

  /** The layout of a batch, which may lie beyond the plan's end. */
  layout(batch: number): BatchLayout {
    const packer = this.packerAt(batch)
    return packBatch(packer, this.lengthOf)
  }

  /** The loader's state before a batch. */
  stateBefore(batch: number): LoaderState {
    return this.packerAt(batch).state()
  }

  /** The batches of a step, from 0. */
  step(step: number): BatchLayout[] {
    const { batchesPerStep } = this.options
    const packer = this.packerAt(step * batchesPerStep)
    return Array.from({ length: batchesPerStep }, () => packBatch(packer, this.lengthOf))
  }

  /** Where a conversation was first placed; undefined when it is never trained. */
  find(conversation: number): { batch: number; placement: Placement } | undefined {
    const batch = this.batchOf[conversation] ?? -1
    if (batch < 0) return undefined
    const placement = this.layout(batch).placements.find((p) => p.conversation === conversation)
    return placement && { batch, placement }
  }

  private readonly lengthOf = (conversation: number): number => this.input.lengths[conversation] ?? 0

  private packerAt(batch: number): BatchPacker {
    const packer = new BatchPacker(this.options, this.input.lengths.length, this.checkpoints.before(batch))
    while (packer.nextBatch < batch) packBatch(packer, this.lengthOf)
    return packer
  }

  /** Counts the batches of a step that is complete, and so will be trained. */
  private commit(step: readonly BatchLayout[]): void {
    for (const layout of step) {
      for (const { conversation } of layout.placements) {
        if ((this.batchOf[conversation] ?? 0) < 0) this.batchOf[conversation] = layout.index
      }
      const { used, cropped, padded } = this.totals.count(layout)
      this.curve.used.push(used)
      this.curve.cropped.push(cropped)
      this.curve.padded.push(padded)
    }
    this.batches += step.length
  }
}

/** @throws MidbenchError `packing.too-long` */
function requireWithin(batches: number): void {
  if (batches <= MOST_PLANNED_BATCHES) return
  throw new MidbenchError({
    code: 'packing.too-long',
    message: `A plan holds at most ${MOST_PLANNED_BATCHES.toLocaleString('en-US')} batches, and this one has more.`,
    remedy: 'Set num_iterations to fewer steps, or raise device_batch_size or max_seq_len.',
  })
}

/** Plans the epoch, or the set number of batches, in one go. */
export function planEpoch(input: PlanInput, options: PlanOptions): EpochPlan {
  const plan = new EpochPlan(input, options)
  const walk = plan.walk()
  while (walk.next().done !== true) continue
  return plan
}
