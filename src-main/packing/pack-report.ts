/**
 * What the loader gave, for comparing with the reference's own figures: a digest over all batches, and the progress
 * that it reported after each.
 */
import { createHash } from 'node:crypto'
import type { SplitName } from '../data/mixture.schema'
import type { Loader } from './loader'
import type { PackedBatch } from './types'

export interface PackReport {
  batches: number
  /** Targets that the loss counts, of all batches. */
  supervised_targets: number
  /** sha256 over inputs then targets of each batch, as little-endian int32. */
  sha256: string
  /** The values after each batch. */
  progress_epoch_last_step: [progress: number, epoch: number, lastStep: boolean][]
  first: PackedBatch | undefined
}

export interface PackReportOptions {
  split: SplitName
  /** Batches to pack; null = to the end of the first epoch, or of the set number of batches. */
  batches: number | null
  onBatch?: (batch: PackedBatch) => void
}

/** Packs batches and reports on them. */
export async function reportPacking(loader: Loader, options: PackReportOptions): Promise<PackReport> {
  const hash = createHash('sha256')
  const progress: PackReport['progress_epoch_last_step'] = []
  let first: PackedBatch | undefined
  let supervised = 0
  for (let last = false; !last;) {
    const batch = await loader.next()
    first ??= batch
    supervised += batch.targets.reduce((sum, target) => sum + (target === -1 ? 0 : 1), 0)
    hash.update(bytesOf(batch.inputs)).update(bytesOf(batch.targets))
    // The reference tracks progress on the train split only; on val it stays at its initial value.
    progress.push(options.split === 'val' ? [0, 1, false] : [batch.progress, batch.epoch, batch.lastStep])
    options.onBatch?.(batch)
    last = options.batches === null ? batch.lastStep : progress.length >= options.batches
  }
  return {
    batches: progress.length,
    sha256: hash.digest('hex'),
    progress_epoch_last_step: progress,
    supervised_targets: supervised,
    first,
  }
}

/** A [rows, columns] array as lists, for JSON. */
export function rowLists(array: Int32Array, columns: number): number[][] {
  return Array.from({ length: array.length / columns }, (_, row) =>
    Array.from(array.subarray(row * columns, (row + 1) * columns)),
  )
}

/** The bytes of an array in memory: little-endian on every machine that Electron and TensorFlow run on. */
function bytesOf(array: Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
