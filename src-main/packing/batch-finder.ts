/**
 * Finds any batch of a split by its number. It packs on lengths alone from the nearest known state up to that batch;
 * where lengths are not known yet, the conversations on the way are read once.
 */
import { type BatchLayout, BatchPacker } from './batch-packer'
import { Breather } from '../threads/breathe'
import { Checkpoints } from './checkpoints'
import { createLoader, type LoaderOptions, type LoaderSource } from './loader'
import type { CallContext } from '../threads/calls'
import type { LoaderState, PackedBatch } from './types'

/** What the finder reads: a loader's source that can also tell lengths. */
export interface MeasuredSource extends LoaderSource {
  lengthOf(index: number, signal?: AbortSignal): number | Promise<number>
}

/** Turns of packing between two looks at the clock, each of which costs as much as a turn. */
const LOOK_EVERY = 16

export class BatchFinder {
  private readonly checkpoints: Checkpoints

  constructor(
    private readonly source: MeasuredSource,
    private readonly options: LoaderOptions,
  ) {
    this.checkpoints = new Checkpoints(options)
  }

  /** Batch number `batch`, from 0, as a run's loader gives it; or with the targets of another loss. */
  async find(batch: number, context: CallContext, loss = this.options.loss): Promise<PackedBatch> {
    const state = await this.stateBefore(batch, context)
    return createLoader(this.source, { ...this.options, loss }, state).next(context.signal)
  }

  /** Where the batch's conversations lie: no ids are read where lengths are known. */
  async layout(batch: number, context: CallContext): Promise<BatchLayout> {
    const state = await this.stateBefore(batch, context)
    const packer = new BatchPacker(this.options, this.source.length, state)
    return this.pack(packer, new Breather(context.signal), context.signal)
  }

  /** The loader's state before a batch. */
  async stateBefore(batch: number, { progress, signal }: CallContext): Promise<LoaderState> {
    const start = this.checkpoints.before(batch)
    const packer = new BatchPacker(this.options, this.source.length, start)
    const breather = new Breather(signal)
    while (packer.nextBatch < batch) {
      this.checkpoints.consider(packer.nextBatch, packer)
      await this.pack(packer, breather, signal)
      if (!breather.due) continue
      progress({ what: 'Packing up to the batch', done: packer.nextBatch, total: batch, unit: 'batches' })
      await breather.breathe()
    }
    this.checkpoints.consider(packer.nextBatch, packer)
    return packer.state()
  }

  private async pack(packer: BatchPacker, breather: Breather, signal: AbortSignal): Promise<BatchLayout> {
    for (let turn = 1; !packer.batchComplete; turn++) {
      const { wanted } = packer
      if (wanted === undefined) packer.place()
      else {
        const length = this.source.lengthOf(wanted, signal)
        packer.offer(typeof length === 'number' ? length : await length)
      }
      if (turn % LOOK_EVERY === 0 && breather.due) await breather.breathe()
    }
    return packer.finishBatch()
  }
}
