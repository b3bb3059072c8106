/**
 * What makes a run's folder a branch's: branch.json, which says what it goes on from, and `fork/`, which holds that
 * checkpoint of its parent (keep-fork.ts).
 */
import { join } from 'node:path'

import { checkpointFolder } from '../checkpoint/run-checkpoint'
import { type BranchRecord, branchRecord } from '../engine/branch-record.schema'
import { branchStart } from '../engine/branch-start'
import { forkFolder } from '../engine/run-checkpoints'
import { MidbenchError } from '../errors'
import { readTextFile } from '../files/text-file'
import { codeOf } from '../system-error'
import { firstFault } from '../schema-faults'
import { parseJson } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import type { BranchStart } from '../packing/branch-start'

export const BRANCH_FILE = 'branch.json'

/** The text of branch.json. */
export function branchText(record: BranchRecord): string {
  return `${JSON.stringify(record)}\n`
}

/**
 * What a run branched off; undefined for a run that is no branch.
 *
 * @throws MidbenchError `run.folder-damaged`
 */
export async function readBranch(dir: string): Promise<BranchRecord | undefined> {
  const path = join(dir, BRANCH_FILE)
  const text = await readTextFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (text === null) return undefined
  const value = parseJson(text, path)
  const parsed = branchRecord.safeParse(value)
  if (parsed.success) return parsed.data
  throw new MidbenchError({
    code: 'run.folder-damaged',
    message: `${path}: ${firstFault(parsed.error, value)}.`,
    remedy: 'Put back the branch.json that was written there, or branch off that run again.',
  })
}

/** Where the batches of the run in a folder begin; undefined for a run that is no branch. @throws as {@link readBranch} */
export async function readBranchStart(dir: string, config: RunConfig): Promise<BranchStart | undefined> {
  return branchStart({ config, branch: await readBranch(dir) })
}

/** Where a branch keeps the checkpoint of its parent. @param step steps of the parent that it goes on from */
export function keptFork(runDir: string, step: number): string {
  return checkpointFolder(forkFolder(runDir), step)
}
