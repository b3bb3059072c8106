/** Reads the losses by token that a run recorded at some of its steps (engine/recorded-losses.ts). */
import { readFile } from 'node:fs/promises'

import { gradAccumSteps } from '../config/batches'
import type { RunConfig } from '../config/config.schema'
import { recordedLossesFile } from '../engine/recorded-losses'
import { readNpy } from '../files/npy'

export interface RecordedLosses {
  /** [B, T] row-major, nats; NaN where the target is ignored. */
  losses: Float32Array
  /** The step that trained on the batch, from 1. */
  step: number
}

/**
 * The recorded losses of a batch; null where none were.
 *
 * @param config the run's options. With fewer rows a micro-batch than when they were recorded, a step has the same rows
 * @param batch number of the micro-batch, from 0
 */
export async function recordedLosses(
  { dir, config }: { dir: string; config: RunConfig },
  batch: number,
  rank: number,
): Promise<RecordedLosses | null> {
  const inStep = gradAccumSteps(config)
  const step = Math.floor(batch / inStep) + 1
  const bytes = await readFile(recordedLossesFile(dir, step, rank)).catch(() => null)
  const recorded = bytes && readNpy(bytes)
  const size = config.device_batch_size * config.max_seq_len
  if (recorded?.data.length !== inStep * size) return null
  const at = (batch % inStep) * size
  return { losses: recorded.data.slice(at, at + size), step }
}
