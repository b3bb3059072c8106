/**
 * Finds out whether files can be made in a folder by making one: mode bits do not tell (root bypasses them, and a
 * read-only disk has them too), and neither does the name of a folder that does not exist yet.
 */
import { lstat, mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFile } from '../files/durable'
import { besideName, removeLeftovers } from '../files/leftovers'
import { writeReason } from '../files/write-reason'

/** Enough to show that the disk has room for a file at all. */
const TRIED_BYTES = 4096

/**
 * Why nothing can be written to a folder, which may not exist yet, as a clause; null where writing works. Leaves
 * nothing behind.
 */
export async function whyUnwritable(folder: string): Promise<string | null> {
  const there = await nearest(folder)
  try {
    const found = await stat(there)
    if (!found.isDirectory()) return `${there} is a file where a folder belongs`
    await tryToWrite(there)
    return null
  } catch (error) {
    return `${there} takes no file: ${writeReason(error)}`
  }
}

/** The folder, or what is in its place, or the parent in which it would be made. */
async function nearest(folder: string): Promise<string> {
  let there = folder
  while (dirname(there) !== there && !(await isAnything(there))) there = dirname(there)
  return there
}

function isAnything(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

async function tryToWrite(folder: string): Promise<void> {
  await removeLeftovers(folder)
  const made = besideName(join(folder, '.midbench-try'))
  await mkdir(made)
  try {
    await makeFile(join(made, 'file'), new Uint8Array(TRIED_BYTES))
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}
