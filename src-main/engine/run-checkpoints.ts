/**
 * A run's checkpoints as the trainer uses them: writes the engine's and the loop's state to a folder, and reads them back.
 *
 * A checkpoint holds what the next step depends on and nothing more, so a run resumes from it bit for bit. The last two
 * are kept: one is safe while the next is written, and one is left if the last turns out torn.
 */
import { join } from 'node:path'

import { MidbenchError } from '../errors'
import type { CheckpointMeta } from '../checkpoint/checkpoint.schema'
import {
  checkpointFolder,
  latestValid,
  loadRunCheckpoint,
  pruneRunCheckpoints,
  saveRunCheckpoint,
} from '../checkpoint/run-checkpoint'
import type { ModelCheckpoint, RunCheckpoint } from '../checkpoint/types'
import type { ModelConfig } from '../model/config.schema'
import type { ParameterGroup } from '../optimizers/groups'
import { lrMultiplier, muonMomentum } from '../optimizers/schedules'
import { KEPT_CHECKPOINTS } from '../config/kept-checkpoints'
import type { LoopState } from './loop-state'
import { type RunRecord, runResume, type RunResume } from './loop-state.schema'
import { toCheckpoint } from './optimizer-state'
import type { EngineState } from './step-engine'

/** What a checkpoint is made of. */
export interface CheckpointSource {
  arrays: EngineState
  record: RunRecord
  model: ModelConfig
  base: { tag: string; step: number }
  /** How the parameters are trained, and the steps that the optimizers had made before the run. */
  groups: readonly ParameterGroup[]
  optimizerSteps: number
  state: LoopState
}

/** The model and its optimizers at this step, as nanochat keeps them. */
function modelCheckpoint(source: CheckpointSource): ModelCheckpoint {
  const { state, record } = source
  const { parameters, optimizer } = source.arrays
  const lastStep = Math.max(0, state.step - 1)
  const multiplier = lrMultiplier(state.progress, record.config)
  const settings = { lrMultiplier: multiplier, momentum: muonMomentum(lastStep) }
  return {
    step: state.step,
    meta: metaOf(source),
    model: parameters,
    optimizers: toCheckpoint(source.groups, optimizer, source.optimizerSteps + state.step, settings),
    combined: record.config.recipe === 'sft',
  }
}

/** @returns the checkpoint's folder, and the steps whose checkpoints exist now */
export async function saveRun(
  runDir: string,
  source: CheckpointSource,
): Promise<{ dir: string; kept: number[] }> {
  const folder = join(runDir, 'checkpoints')
  const checkpoint = modelCheckpoint(source)
  const { step } = checkpoint
  const resume: RunResume = { base: source.base, loop: source.state, record: source.record }
  const dir = await saveRunCheckpoint(checkpointFolder(folder, step), {
    ...checkpoint,
    resume: { format: 'midbench-resume-1', step, loop: runResume.parse(resume) },
  })
  return { dir, kept: await pruneRunCheckpoints(folder, KEPT_CHECKPOINTS) }
}

/**
 * The last whole checkpoint of a run; null where there is none.
 *
 * @param onTorn gets a sentence for each checkpoint that is skipped
 */
export async function loadRun(
  runDir: string,
  onTorn: (text: string) => void,
): Promise<{ dir: string; checkpoint: RunCheckpoint; resume: RunResume } | null> {
  const { checkpoint: found, skipped } = await latestValid(join(runDir, 'checkpoints'))
  for (const { dir, reason } of skipped) onTorn(`${dir} is not whole and is passed over: ${reason}.`)
  if (found === null) return null
  const checkpoint = await loadRunCheckpoint(found)
  return { dir: found.dir, checkpoint, resume: runResume.parse(checkpoint.resume.loop) }
}

/** Where a branch keeps the checkpoint of its parent that it began with, beside its own. */
export function forkFolder(runDir: string): string {
  return join(runDir, 'fork')
}

/** The parent's checkpoint that a branch began with. @throws MidbenchError `branch.torn` */
export async function loadFork(runDir: string): Promise<{ checkpoint: RunCheckpoint; resume: RunResume }> {
  const { checkpoint: found, skipped } = await latestValid(forkFolder(runDir))
  if (found === null) throw tornFork(runDir, skipped[0]?.reason ?? 'there is none')
  const checkpoint = await loadRunCheckpoint(found)
  return { checkpoint, resume: runResume.parse(checkpoint.resume.loop) }
}

function tornFork(runDir: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'branch.torn',
    message: `The checkpoint in ${forkFolder(runDir)}, with which the branch begins, is not whole: ${reason}.`,
    remedy: 'Branch off that run again, from a checkpoint that it keeps.',
  })
}

function metaOf({ record: { config }, model, state }: CheckpointSource): CheckpointMeta {
  const options = Object.entries(config).filter(([name]) => name !== 'mixture' && name !== 'exclude')
  return {
    step: state.step,
    // the bpb of this step, as in the reference, or none
    val_bpb: state.evaluatedAt === state.step ? state.lastBpb : null,
    model_config: model,
    user_config: Object.fromEntries(options),
    device_batch_size: config.device_batch_size,
    max_seq_len: config.max_seq_len,
  }
}
