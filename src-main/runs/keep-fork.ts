/**
 * Keeps a checkpoint of a run for a branch of it, in a folder of the branch's own, so that the run may go on, drop the
 * checkpoint or be removed.
 *
 * The checkpoint's files are links where the disk has them, and copies elsewhere: nobody changes such a file in place.
 */
import { copyFile, link, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { checkpointFolder, listRunCheckpoints, whatIsTorn } from '../checkpoint/run-checkpoint'
import { forkFolder } from '../engine/run-checkpoints'
import { syncPath } from '../files/durable'
import { ensureFolder } from '../files/ensure-folder'
import type { DataIdentity } from '../packing/data-identity.schema'
import { writeDataRecord } from '../packing/data-record'
import { codeOf } from '../system-error'
import type { Fork } from './fork'
import { branchGone, branchTorn } from './run-errors'

/**
 * Keeps the checkpoint for a branch that begins, makes sure that every byte of it is as it was saved, and writes down
 * which data the branch was opened with.
 *
 * @throws MidbenchError `branch.gone`, `branch.torn`; the system's own errors. Nothing is then left in the folder
 */
export async function keepFork(runDir: string, fork: Fork, data: DataIdentity): Promise<void> {
  const { parent, step } = fork
  const folder = forkFolder(runDir)
  try {
    const dir = await linkFork(folder, fork)
    if (dir === null) return
    await syncPath(runDir)
    const reason = await whatIsTorn({ step, dir })
    if (reason !== null) throw branchTorn(parent.name, step, reason)
    await writeDataRecord(runDir, data)
  } catch (error) {
    await removed(folder)
    throw error
  }
}

/**
 * Puts the checkpoint into a folder as it is, without a look at its bytes: all of its files, or none.
 *
 * @returns its own folder there; null at a run's beginning, where there is none to keep
 * @throws MidbenchError `branch.gone`; the system's own errors. Nothing of it is then left
 */
export async function linkFork(
  folder: string,
  { parent, step, saved }: Pick<Fork, 'parent' | 'step' | 'saved'>,
): Promise<string | null> {
  if (saved === null) return null
  const kept = checkpointFolder(folder, step)
  const beside = `${kept}.tmp`
  try {
    await removed(beside)
    await ensureFolder(beside)
    for (const name of await readdir(saved.dir)) await linkOrCopy(join(saved.dir, name), join(beside, name))
    await syncPath(beside)
    await rename(beside, kept)
    await syncPath(folder)
    return kept
  } catch (error) {
    await removed(beside)
    if (codeOf(error) !== 'ENOENT') throw error
    throw branchGone(parent.name, step, await listRunCheckpoints(dirname(saved.dir)))
  }
}

/** Removes what is left of it; the error that came first says more. */
async function removed(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined)
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
