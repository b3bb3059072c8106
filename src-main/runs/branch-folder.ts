/**
 * What makes a run's folder a branch's: branch.json, which says what it goes on from, and `fork/`, which holds that
 * checkpoint of its parent. So the branch depends on its parent no more: that may go on, drop the checkpoint or be
 * removed.
 *
 * The checkpoint's files are links where the disk has them, and copies elsewhere: nobody changes such a file in place.
 */
import { copyFile, link, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { checkpointFolder, listRunCheckpoints, whatIsTorn } from '../checkpoint/run-checkpoint'
import { type BranchRecord, branchRecord } from '../engine/branch-record.schema'
import { branchStart } from '../engine/branch-start'
import { forkFolder } from '../engine/run-checkpoints'
import { MidbenchError } from '../errors'
import { syncPath } from '../files/durable'
import { ensureFolder } from '../files/ensure-folder'
import { readTextFile } from '../files/text-file'
import { codeOf } from '../system-error'
import { firstFault } from '../schema-faults'
import { parseJson } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import type { BranchStart } from '../packing/branch-start'
import type { DataIdentity } from '../packing/data-identity.schema'
import { writeDataRecord } from '../packing/data-record'
import { type Fork, goneFrom } from './fork'
import { branchTorn } from './run-errors'

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

/**
 * Keeps the parent's checkpoint in a branch's folder, makes sure that every byte of it is as it was saved, and writes down
 * which data the branch was opened with.
 *
 * @throws MidbenchError `branch.gone`, `branch.torn`; the system's own errors. Nothing is then left in the folder
 */
export async function keepFork(
  runDir: string,
  { parent, step, saved }: Fork,
  data: DataIdentity,
): Promise<void> {
  if (saved === null) return
  const folder = forkFolder(runDir)
  try {
    const kept = keptFork(runDir, step)
    await ensureFolder(kept)
    for (const name of await readdir(saved.dir)) await linkOrCopy(join(saved.dir, name), join(kept, name))
    for (const path of [kept, folder, runDir]) await syncPath(path)
    const reason = await whatIsTorn({ step, dir: kept })
    if (reason !== null) throw branchTorn(parent.name, step, reason)
    await writeDataRecord(runDir, data)
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined) // the first error says more
    throw codeOf(error) === 'ENOENT'
      ? goneFrom(parent, step, await listRunCheckpoints(dirname(saved.dir)))
      : error
  }
}

/** Where a branch keeps the checkpoint of its parent. @param step steps of the parent that it goes on from */
export function keptFork(runDir: string, step: number): string {
  return checkpointFolder(forkFolder(runDir), step)
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw error
    await copyFile(from, to) // another disk, or one without links
    await syncPath(to)
  }
}
