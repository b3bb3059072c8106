/** The place of a run that a branch begins at: one of its checkpoints, or its beginning. Reads small files only. */
import { join } from 'node:path'

import { loadMeta } from '../checkpoint/nanochat-files'
import { listRunCheckpoints, readResume } from '../checkpoint/run-checkpoint'
import type { RunConfig } from '../config/config.schema'
import type { RunDetail } from '../config/run.schema'
import type { LoopState } from '../engine/loop-state'
import { runResume } from '../engine/loop-state.schema'
import { MidbenchError } from '../errors'
import type { DataIdentity } from '../packing/data-identity.schema'
import { readDataRecord } from '../packing/data-record'
import { keptFork, readBranch } from './branch-folder'
import type { BaseModel } from './derive'
import { branchGone, branchTorn } from './run-errors'

/** A place of a run that can be branched off. */
export interface Fork {
  /** The run that made its steps. */
  parent: Pick<RunDetail, 'id' | 'name'>
  step: number
  /** The parent's options at that step. */
  config: RunConfig
  /** Those of the run that was asked for, which a branch has where none is changed. */
  options: RunConfig
  /** What the parent was trained on; null where it kept no record. */
  data: DataIdentity | null
  /** Null at the parent's beginning, where the base checkpoint is. */
  saved: { dir: string; loop: LoopState; model: BaseModel } | null
}

/**
 * Where a run that is itself a branch began, its own parent's checkpoint is the place: the run keeps it for as long as it
 * is there, and has made no step of its own yet.
 *
 * @param kept a folder in which its checkpoints may be kept as well. @default there is none
 * @throws MidbenchError `branch.gone` where the run keeps no such checkpoint, `branch.torn` where it cannot be read
 */
export async function openFork(run: RunDetail, step: number, kept?: string): Promise<Fork> {
  const { id, name, dir, config } = run
  const parent = { id, name }
  if (step === 0) return { parent, step, config, options: config, data: null, saved: null }
  if (run.parent?.step === step) {
    const began = await readBranch(dir)
    const place = { parent: run.parent, step, dir: keptFork(dir, step) }
    if (began !== undefined) return { ...(await read(place, began.config, null)), options: config }
  }
  const own = await listRunCheckpoints(join(dir, 'checkpoints'))
  const more = kept === undefined ? [] : await listRunCheckpoints(kept)
  const found = [...more, ...own].find((checkpoint) => checkpoint.step === step)
  if (found === undefined) throw branchGone(name, step, own)
  return read({ parent, ...found }, config, dir)
}

/**
 * @param config the parent's options, where the checkpoint does not have them
 * @param recorded the folder that says what it was trained on, where the checkpoint does not; null = none does
 */
async function read(
  { parent: { id, name }, step, dir }: Pick<Fork, 'parent' | 'step'> & { dir: string },
  config: RunConfig,
  recorded: string | null,
): Promise<Fork> {
  try {
    const { base, loop, record } = runResume.parse((await readResume(dir)).loop)
    const { model_config: model } = await loadMeta(dir, step)
    const data = record?.data ?? (recorded === null ? null : await readDataRecord(recorded))
    const saved = { dir, loop, model: { ...base, config: model, deviceBatchSize: null } }
    const then = record?.config ?? config
    return { parent: { id, name }, step, config: then, options: then, data, saved }
  } catch (cause) {
    const reason = cause instanceof MidbenchError ? cause.message : String(cause)
    throw branchTorn(name, step, reason)
  }
}

/**
 * The options that a branch has where none is changed: those of the run, except where its result goes, which is the
 * run's own folder, and machines, which would have to be asked again.
 */
export function branchOptions({ options }: Pick<Fork, 'options'>): RunConfig {
  return { ...options, output_tag: null, hosts: [] }
}
