/**
 * The loss of every token of one packed batch, under a base checkpoint or the last one of a run: what the Packing view
 * colours a batch by. Rows are asked one at a time, so that it needs the memory of one row and can be broken off.
 */
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { setImmediate } from 'node:timers/promises'

import { resolveBaseFolder } from '../checkpoint/base-folder'
import { loadModel } from '../checkpoint/nanochat-files'
import { findModel } from '../checkpoint/nanochat-folder'
import { latestValid } from '../checkpoint/run-checkpoint'
import { MidbenchError } from '../errors'
import { initParameters } from '../model/init'
import { readDataRecord, requireSameData } from '../packing/data-record'
import type { CallContext, TellingContext } from '../threads/calls'
import { openDevice } from './device'
import { EagerEngine } from './eager-engine'
import { openData, reportedCall, requireSameVocabulary } from './job-context'
import type { TokenBatch } from './step-engine'
import type { LogReport, LossesJob, LossesResult } from './trainer-calls'

/** @throws MidbenchError `run.no-checkpoint`, `run.data-changed`, `cancelled` where a stop was asked for; what reading a checkpoint throws */
export async function runLosses(
  job: LossesJob,
  port: MessagePort,
  context: TellingContext<LogReport>,
): Promise<LossesResult> {
  const { config, split, batch } = job
  const call = reportedCall(context)
  const { data, opened } = await openData(port, config, job.locations, call)
  try {
    const then = job.batchOf === null ? null : await readDataRecord(job.batchOf)
    if (then !== null) requireSameData(then, opened.identity)
    const { dir, step } = await findCheckpoint(job)
    const { meta, tensors } = await loadModel(dir, step)
    requireSameVocabulary(meta.model_config, opened, dir)
    const packed = await data.inspect({ split, batch }, call)
    await openDevice({ ...config, engine: 'eager' }, job.threads)
    const engine = new EagerEngine(meta.model_config, [])
    try {
      await engine.importState({ parameters: tensors, optimizer: new Map() })
      const losses = await lossesByRow(engine, packed, context)
      return { losses, mean: meanOf(losses, packed.targets), dir, step }
    } finally {
      engine.dispose()
    }
  } finally {
    await data.close()
  }
}

async function findCheckpoint({
  config,
  locations,
  runDir,
}: LossesJob): Promise<{ dir: string; step: number }> {
  if (runDir === null) {
    const { readFrom } = await resolveBaseFolder(locations.baseDir, locations.dataDir, initParameters)
    return findModel(readFrom, 'base', config.model_tag, config.model_step)
  }
  const { checkpoint } = await latestValid(join(runDir, 'checkpoints'))
  if (checkpoint !== null) return checkpoint
  throw new MidbenchError({
    code: 'run.no-checkpoint',
    message: `The run in ${runDir} has no checkpoint to ask.`,
    remedy: 'Pause it: that saves one. Or ask the base checkpoint.',
  })
}

/** @returns [B, T] */
async function lossesByRow(
  engine: EagerEngine,
  { batchSize, seqLen, inputs, targets }: TokenBatch,
  { progress, signal }: CallContext,
): Promise<Float32Array> {
  const losses = new Float32Array(batchSize * seqLen)
  for (let row = 0; row < batchSize; row++) {
    progress({ what: 'computing losses', done: row, total: batchSize, unit: 'rows' })
    await setImmediate() // lets a cancel in
    signal.throwIfAborted()
    const [from, to] = [row * seqLen, (row + 1) * seqLen]
    const one = { batchSize: 1, seqLen, inputs: inputs.slice(from, to), targets: targets.slice(from, to) }
    losses.set(await engine.evaluate(one), from)
  }
  return losses
}

function meanOf(losses: Float32Array, targets: Int32Array): number {
  const counted = targets.reduce((sum, target) => sum + (target === -1 ? 0 : 1), 0)
  return losses.reduce((sum, loss) => sum + loss, 0) / counted
}
