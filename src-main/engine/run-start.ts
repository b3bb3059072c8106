/**
 * Where a run starts: from a base checkpoint, before its first step; a branch from its parent's checkpoint; a resumed run
 * from one of its own.
 */
import { isDeepStrictEqual } from 'node:util'

import { describeOptimizers, loadModel, loadOptimizers } from '../checkpoint/nanochat-files'
import { findModel } from '../checkpoint/nanochat-folder'
import type { FloatArray, OptimizerStates, RunCheckpoint } from '../checkpoint/types'
import type { ModelConfig } from '../model/config.schema'
import type { DataIdentity } from '../packing/data-identity.schema'
import { readDataRecord, requireSameData, writeDataRecord } from '../packing/data-record'
import { policyNamed } from '../packing/packings.schema'
import type { RunConfig } from '../config/config.schema'
import type { ParameterGroup } from '../optimizers/groups'
import { groupsOf } from './job-context'
import { initialState, type LoopState } from './loop-state'
import type { RunRecord } from './loop-state.schema'
import { branchedLoop } from './branch-rules'
import { fromCheckpoint } from './optimizer-state'
import { changesText, continuedState, requireSameOptions } from './resume-rules'
import { loadFork, loadRun } from './run-checkpoints'
import type { BranchRecord } from './branch-record.schema'
import type { TrainJob } from './trainer-calls'
import { NO_OPTIMIZER, warmGroups } from './warm-groups'

const UNRECORDED =
  'The checkpoint is of an older Midbench and does not hold the run’s options and data: whether config.json or data.json was changed since cannot be told.'

const PADDED =
  'Micro-batches are smaller now and each weighs alike, so that rows with much padding weigh otherwise than before.'

export interface RunStart {
  /** The base model that the run started from. */
  base: { tag: string; step: number }
  model: ModelConfig
  state: LoopState
  /** How the parameters are trained. */
  groups: ParameterGroup[]
  /** Steps that the optimizers had made before the run: the base's on a warm start, else 0. */
  optimizerSteps: number
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
  const own = job.resume ? await ownCheckpoint(job, warn) : null
  if (own !== null) return own
  if (job.resume) warn('The run has no checkpoint of its own to go on from: it begins again.')
  return job.branch !== undefined && job.branch.parent.step > 0
    ? parentCheckpoint(job, job.branch)
    : baseCheckpoint(job, baseDir, warn)
}

async function baseCheckpoint(
  { config }: TrainJob,
  baseDir: string,
  warn: (text: string) => void,
): Promise<LoadedStart> {
  const { dir, tag, step } = await findModel(baseDir, 'base', config.model_tag, config.model_step)
  const { meta, tensors } = await loadModel(dir, step)
  const model = meta.model_config
  const groups = groupsOf(config, model)
  const states = config.load_optimizer ? await baseOptimizers(dir, step, model) : null
  if (config.load_optimizer && states === null) warn(`${dir} has no optimizer file: ${NO_OPTIMIZER}`)
  return {
    base: { tag, step },
    model,
    parameters: tensors,
    optimizer: states === null ? new Map() : fromCheckpoint(states),
    groups: states === null ? groups : warmGroups(groups, states.groups),
    optimizerSteps: states?.steps ?? 0,
    state: initialState,
    record: null,
    from: `Base checkpoint ${tag}, step ${String(step)}, of ${dir}${states === null ? '' : ', with its optimizer'}`,
  }
}

/** @throws MidbenchError `checkpoint.optimizer` where the file is of another model, and what reading it throws */
async function baseOptimizers(
  dir: string,
  step: number,
  model: ModelConfig,
): Promise<OptimizerStates | null> {
  return (await describeOptimizers(dir, step, model)) && loadOptimizers(dir, step, model)
}

/** @throws MidbenchError `branch.torn` where the parent's checkpoint, which the branch keeps, is not whole any more */
async function parentCheckpoint({ runDir, config }: TrainJob, branch: BranchRecord): Promise<LoadedStart> {
  const { checkpoint, resume } = await loadFork(runDir)
  const { step } = checkpoint
  const { name, changes } = branch.parent
  return {
    base: resume.base,
    ...savedArrays(checkpoint, config),
    state: branchedLoop(resume.loop, branch, config),
    record: null,
    from: `Branched off ${name} after step ${String(step)}${changes.length === 0 ? '' : `: ${changes.join(', ')}`}`,
  }
}

async function ownCheckpoint(
  { runDir, config, rank }: TrainJob,
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
    ...savedArrays(checkpoint, config),
    state: ownLoader(continuedState(resume.loop, then, config), rank?.rank ?? 0),
    record: resume.record ?? null,
    from: `Resumed after step ${String(step)} from ${dir}${changes === '' ? '' : `, with ${changes}`}`,
  }
}

/** The state with the loader of one rank. */
function ownLoader(state: LoopState, rank: number): LoopState {
  return state.loaders === undefined ? state : { ...state, loader: state.loaders[rank] ?? null }
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

/** Weights and optimizer states as a run saved them. */
function savedArrays({ step, meta, model: parameters, optimizers }: RunCheckpoint, config: RunConfig) {
  const model = meta.model_config
  const groups = groupsOf(config, model)
  return {
    model,
    parameters,
    optimizer: fromCheckpoint(optimizers),
    groups: config.load_optimizer ? warmGroups(groups, optimizers.groups) : groups,
    optimizerSteps: optimizers.steps - step,
  }
}
