/** The place of a run that a branch begins at: one of its checkpoints, or its beginning. Reads small files only. */
import { join } from 'node:path'

import { loadMeta } from '../checkpoint/nanochat-files'
import { listRunCheckpoints, readResume } from '../checkpoint/run-checkpoint'
import type { RunConfig } from '../config/config.schema'
import type { RunDetail } from '../config/run.schema'
import type { LoopState } from '../engine/loop'
import { runResume } from '../engine/loop-state.schema'
import { MidbenchError } from '../errors'
import type { DataIdentity } from '../packing/data-identity.schema'
import { readDataRecord } from '../packing/data-record'
import type { BaseModel } from './derive'
import { branchGone, branchTorn } from './run-errors'

/** A place of a run that can be branched off. */
export interface Fork {
  parent: Pick<RunDetail, 'id' | 'name'>
  step: number
  /** The parent's options at that step. */
  config: RunConfig
  /** What the parent was trained on; null where it kept no record. */
  data: DataIdentity | null
  /** Null at the parent's beginning, where the base checkpoint is. */
  saved: { dir: string; loop: LoopState; model: BaseModel } | null
}

/** @throws MidbenchError `branch.gone` where the run keeps no such checkpoint, `branch.torn` where it cannot be read */
export async function openFork({ id, name, dir, config }: RunDetail, step: number): Promise<Fork> {
  const parent = { id, name }
  if (step === 0) return { parent, step, config, data: null, saved: null }
  const kept = await listRunCheckpoints(join(dir, 'checkpoints'))
  const found = kept.find((checkpoint) => checkpoint.step === step)
  if (found === undefined) throw goneFrom(parent, step, kept)
  try {
    const { base, loop, record } = runResume.parse((await readResume(found.dir)).loop)
    const { model_config: model } = await loadMeta(found.dir, step)
    const data = record?.data ?? (await readDataRecord(dir))
    const saved = { dir: found.dir, loop, model: { ...base, config: model, deviceBatchSize: null } }
    return { parent, step, config: record?.config ?? config, data, saved }
  } catch (cause) {
    const reason = cause instanceof MidbenchError ? cause.message : String(cause)
    throw branchTorn(name, step, reason)
  }
}

/** The error where a run keeps no checkpoint of a step any more. */
export function goneFrom({ name }: Fork['parent'], step: number, kept: { step: number }[]): MidbenchError {
  return branchGone(
    name,
    step,
    kept.map((checkpoint) => checkpoint.step),
  )
}

/**
 * The options that a branch has where none is changed: the parent's, except where its result goes, which is the
 * parent's own folder, and machines, which would have to be asked again.
 */
export function branchOptions({ config }: Pick<Fork, 'config'>): RunConfig {
  return { ...config, output_tag: null, hosts: [] }
}
