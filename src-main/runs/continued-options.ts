/**
 * The options that a run goes on with: its own, or others where a resume allows them (engine/resume-rules.ts). Before
 * the run goes on they are written down, first in its folder and then in the store.
 */
import { isDeepStrictEqual } from 'node:util'

import { requireSameOptions } from '../engine/resume-rules'
import type { RunConfig } from '../config/config.schema'
import type { BranchRecord } from '../engine/branch-record.schema'
import { readRunFolder, type RunIdentity, writeRunConfig } from './run-folder'
import { noBranchFile } from './run-errors'
import type { RunRecords } from './run-records'
import type { RunSummary } from '../config/run.schema'

export interface ResumeRun {
  stopAfter?: number | undefined
  /** Every option, paths absolute. @default as the run has gone on so far */
  config?: RunConfig | undefined
}

export interface ContinuedRun {
  identity: RunIdentity
  config: RunConfig
  branch: BranchRecord | undefined
  /** The run's summary where the store now has it otherwise; else null. */
  changed: RunSummary | null
}

/**
 * @param asked every option, paths absolute; left out where the options stay as they are
 * @throws MidbenchError `run.options-changed`, `run.folder`, and what reading the folder throws
 */
export async function continuedOptions(
  records: RunRecords,
  id: string,
  asked: RunConfig | undefined,
): Promise<ContinuedRun> {
  const { dir, step, config: known, parent } = records.get(id)
  const { identity, config: kept, branch } = await readRunFolder(dir)
  if (parent !== null && branch === undefined) throw noBranchFile(dir)
  requireSameOptions(known, kept, step)
  const config = asked ?? kept
  requireSameOptions(kept, config, step)
  if (!isDeepStrictEqual(config, kept)) await writeRunConfig(dir, config)
  const changed = isDeepStrictEqual(config, known) ? null : records.setOptions(id, config)
  return { identity, config, branch, changed }
}
