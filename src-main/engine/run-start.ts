/** Where a run starts: from a base checkpoint, before its first step, or from a checkpoint of its own. */
import { loadModel } from '../checkpoint/nanochat-files'
import { findModel } from '../checkpoint/nanochat-folder'
import type { FloatArray } from '../checkpoint/types'
import type { ModelConfig } from '../model/config.schema'
import { initialState, type LoopState } from './loop'
import { fromCheckpoint } from './optimizer-state'
import { loadRun } from './run-checkpoints'
import type { TrainJob } from './trainer-protocol'

export interface RunStart {
  /** The base model that the run began with. */
  base: { tag: string; step: number }
  model: ModelConfig
  state: LoopState
  /** For the log. */
  from: string
}

/** A start with the arrays that an engine takes: as large as the model, so nobody else keeps them. */
export interface LoadedStart extends RunStart {
  parameters: ReadonlyMap<string, FloatArray>
  /** Empty before the first step. */
  optimizer: ReadonlyMap<string, FloatArray>
}

/**
 * A run that is resumed before it was ever saved begins again: the same steps, to the bit.
 *
 * @param baseDir the nanochat folder that base checkpoints are read from
 * @param warn gets a sentence for each checkpoint that is passed over, and where none is left
 * @throws MidbenchError `checkpoint.missing`, and whatever reading a checkpoint throws
 */
export async function findStart(
  job: TrainJob,
  baseDir: string,
  warn: (text: string) => void,
): Promise<LoadedStart> {
  if (!job.resume) return baseCheckpoint(job, baseDir)
  const own = await ownCheckpoint(job.runDir, warn)
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
    from: `Base checkpoint ${tag}, step ${String(step)}, of ${dir}`,
  }
}

async function ownCheckpoint(runDir: string, warn: (text: string) => void): Promise<LoadedStart | null> {
  const found = await loadRun(runDir, warn)
  if (found === null) return null
  const { dir, checkpoint, resume } = found
  return {
    base: resume.base,
    model: checkpoint.meta.model_config,
    parameters: checkpoint.model,
    optimizer: fromCheckpoint(checkpoint.optimizers),
    state: resume.loop,
    from: `Resumed after step ${String(checkpoint.step)} from ${dir}`,
  }
}
