/**
 * Files and folders that are either absent or whole, whenever the process or the machine stops: written beside their
 * target, fsynced, renamed, and the parent folder fsynced. What a killed process left half made is removed by
 * the next that makes something there (src-main/files/leftovers.ts).
 */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ensureFolder } from './ensure-folder'
import { besideName, removeLeftovers } from './leftovers'

/**
 * Makes a folder by filling a new one beside it; `fill` must fsync its files ({@link syncPath}). When another process
 * or thread has made the same folder in the meantime, ours is dropped: both hold the same.
 */
export async function makeFolder(target: string, fill: (beside: string) => Promise<void>): Promise<void> {
  await ensureFolder(dirname(target))
  await removeLeftovers(dirname(target))
  const beside = besideName(target)
  try {
    await mkdir(beside)
    await fill(beside)
    await syncPath(beside)
    await renameUnlessTaken(beside, target)
    await syncPath(dirname(target))
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

/** Makes or replaces a file. */
export async function makeFile(target: string, bytes: Uint8Array | string): Promise<void> {
  await ensureFolder(dirname(target))
  await removeLeftovers(dirname(target))
  const beside = besideName(target)
  try {
    const file = await open(beside, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, target)
    await syncPath(dirname(target))
  } finally {
    await rm(beside, { force: true })
  }
}

/** Flushes a file's bytes or a folder's entries to the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function renameUnlessTaken(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!(await exists(to))) throw error
  }
}

/** Whether a path leads to anything. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
