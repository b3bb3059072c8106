/**
 * Files and folders that are either absent or whole, whenever the process or the machine stops: written beside their
 * target, fsynced, renamed, and the parent folder fsynced. Data made here can always be made again, so what an earlier
 * process left half done is simply removed.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const BESIDE = '.part-'
/** A half-made folder this old belongs to no process that is still at it. */
const STALE_MS = 24 * 3600 * 1000

/**
 * Makes a folder by filling a new one beside it; `fill` must fsync its files ({@link syncPath}). When another process
 * or thread has made the same folder in the meantime, ours is dropped: both hold the same.
 */
export async function makeFolder(target: string, fill: (beside: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await removeStale(target)
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
  await mkdir(dirname(target), { recursive: true })
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

/** Names of two threads of one process differ too. */
function besideName(target: string): string {
  return `${target}${BESIDE}${randomBytes(6).toString('hex')}`
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

async function removeStale(target: string): Promise<void> {
  const prefix = `${basename(target)}${BESIDE}`
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix)) continue
    const path = join(dirname(target), name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS) {
      await rm(path, { recursive: true, force: true })
    }
  }
}
