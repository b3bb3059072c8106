/** Where a run starts: from a base checkpoint, before its first step, or from one of its own checkpoints. */
import { isDeepStrictEqual } from 'node:util'

import { loadModel } from '../checkpoint/nanochat-files'
import { findModel } from '../checkpoint/nanochat-folder'
import type { FloatArray } from '../checkpoint/types'
import type { ModelConfig } from '../model/config.schema'
import type { DataIdentity } from '../packing/data-identity.schema'
import { readDataRecord, requireSameData, writeDataRecord } from '../packing/data-record'
import { policyNamed } from '../packing/packings.schema'
import { initialState, type LoopState } from './loop'
import type { RunRecord } from './loop-state.schema'
import { fromCheckpoint } from './optimizer-state'
import { changesText, continuedState, requireSameOptions } from './resume-rules'
import { loadRun } from './run-checkpoints'
import type { TrainJob } from './trainer-calls'

const UNRECORDED =
  'The checkpoint is of an older Midbench and does not hold the run’s options and data: whether config.json or data.json was changed since cannot be told.'

const PADDED =
  'Micro-batches are smaller now and each weighs alike, so that rows with much padding weigh otherwise than before.'

export interface RunStart {
  /** The base model that the run started from. */
  base: { tag: string; step: number }
  model: ModelConfig
  state: LoopState
  /** What the run was made with so far; null for a new run, and where an older checkpoint does not say. */
  record: RunRecord | null
  /** The start in words, for the log. */
  from: string
}

/** A start with the arrays that an engine takes. They are as large as the model, so nobody else keeps them. */
export interface LoadedStart extends RunStart {
  parameters: ReadonlyMap<string, FloatArray>
  /** Empty before the first step. */
  optimizer: ReadonlyMap<string, FloatArray>
}

/**
 * A run that is resumed before its first save starts again: the same steps, to the bit.
 *
 * @param baseDir the nanochat folder that base checkpoints are read from
 * @param warn gets a sentence for each checkpoint that is skipped, and one if none is left
 * @throws MidbenchError `run.options-changed`, `checkpoint.missing`, and whatever reading a checkpoint throws
 */
export async function findStart(
  job: TrainJob,
  baseDir: string,
  warn: (text: string) => void,
): Promise<LoadedStart> {
  if (!job.resume) return baseCheckpoint(job, baseDir)
  const own = await ownCheckpoint(job, warn)
  if (own !== null) return own
  warn('The run has no checkpoint of its own to go on from: it begins again.')
  return baseCheckpoint(job, baseDir)
}

async function baseCheckpoint({ config }: TrainJob, baseDir: string): Promise<LoadedStart> {
  const { dir, tag, step } = await findModel(baseDir, 'base', config.model_tag, config.model_step)
  const { meta, tensors } = await loadModel(dir, step)
  return {
    base: { tag, step },
    model: meta.model_config,
    parameters: tensors,
    optimizer: new Map(),
    state: initialState,
    record: null,
    from: `Base checkpoint ${tag}, step ${String(step)}, of ${dir}`,
  }
}

async function ownCheckpoint(
  { runDir, config }: TrainJob,
  warn: (text: string) => void,
): Promise<LoadedStart | null> {
  const found = await loadRun(runDir, warn)
  if (found === null) return null
  const { dir, checkpoint, resume } = found
  const { step } = checkpoint
  const then = resume.record?.config ?? config
  if (resume.record === undefined) warn(UNRECORDED)
  else requireSameOptions(then, config, step)
  const changes = changesText(then, config)
  if (then.device_batch_size !== config.device_batch_size && policyNamed(config.packing).pads) warn(PADDED)
  return {
    base: resume.base,
    model: checkpoint.meta.model_config,
    parameters: checkpoint.model,
    optimizer: fromCheckpoint(checkpoint.optimizers),
    state: continuedState(resume.loop, then, config),
    record: resume.record ?? null,
    from: `Resumed after step ${String(step)} from ${dir}${changes === '' ? '' : `, with ${changes}`}`,
  }
}

/**
 * A new run records its data in data.json; a resumed run may go on only with that same data. The checkpoint's own
 * record is what counts: where data.json was lost or changed, it is written again.
 *
 * @param now the mixture and the tokenizer as they are now
 * @param warn gets a sentence where data.json has changed
 * @throws MidbenchError `run.data-changed` naming every entry that has changed
 */
export async function keepToData(
  runDir: string,
  now: DataIdentity,
  { state, record }: RunStart,
  warn: (text: string) => void,
): Promise<void> {
  if (state.step === 0 && record === null) return writeDataRecord(runDir, now)
  const noted = await readDataRecord(runDir)
  const then = record?.data ?? noted
  if (then === null) {
    warn(
      'data.json is missing or damaged, and no checkpoint says what the data was: the run goes on with it as it is.',
    )
    return
  }
  requireSameData(then, now)
  if (isDeepStrictEqual(then, noted)) return
  warn('data.json was missing, or not as it was saved: it is written again as the checkpoint has it.')
  await writeDataRecord(runDir, then)
}
