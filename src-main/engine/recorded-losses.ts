/**
 * The losses of every token of a step's batches, recorded while the run trains, from the weights that the step began
 * with: `losses/step_000120.npy` in the run's folder, of another rank than the first `losses/step_000120_rank1.npy`.
 *
 * The step gives one loss a micro-batch. Those of its tokens take a forward pass more, as an evaluation does, which
 * changes nothing of the run; with the step's own graph they would be another program, and the run would have other bits.
 */
import { join } from 'node:path'

import { makeFile } from '../files/durable'
import { npyBytes } from '../files/npy'
import { failureText } from './asides/asking'
import type { StepEngine, TokenBatch } from './step-engine'

/** Where the losses of a step of a run are recorded. */
export function recordedLossesFile(runDir: string, step: number, rank: number): string {
  const of = rank === 0 ? '' : `_rank${String(rank)}`
  return join(runDir, 'losses', `step_${String(step).padStart(6, '0')}${of}.npy`)
}

/** [micro-batches, B, T] nats; NaN where the target is ignored: it has no loss. */
export async function recordLosses(
  engine: Pick<StepEngine, 'evaluate'>,
  batches: readonly TokenBatch[],
  path: string,
): Promise<void> {
  const [{ batchSize, seqLen } = { batchSize: 0, seqLen: 0 }] = batches
  const size = batchSize * seqLen
  const data = new Float32Array(batches.length * size)
  for (const [index, batch] of batches.entries()) {
    const losses = await engine.evaluate(batch)
    data.set(
      losses.map((loss, at) => ((batch.targets[at] ?? -1) < 0 ? NaN : loss)),
      index * size,
    )
  }
  await makeFile(path, npyBytes({ shape: [batches.length, batchSize, seqLen], data }))
}

/** What a run's log says where they could not be recorded. */
export function notRecorded(step: number, error: unknown): string {
  return failureText(`The losses of step ${String(step)} are not recorded`, error)
}
