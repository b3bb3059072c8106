/**
 * Files and folders that are either absent or whole, whenever the process or the machine stops: written beside their
 * target, fsynced, renamed, and the parent folder fsynced. What a killed process left half made is removed by a later one.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Half-made things are named `target.part-PID-RANDOM`. */
const BESIDE = /\.part-(\d+)-[0-9a-f]+$/
/** What a process of this machine that is gone left behind may be removed after so long; */
const DEAD_MS = 10 * 60 * 1000
/** after so long any, as the folder may be shared with another machine. */
const STALE_MS = 24 * 3600 * 1000

/**
 * Makes a folder by filling a new one beside it; `fill` must fsync its files ({@link syncPath}). When another process
 * or thread has made the same folder in the meantime, ours is dropped: both hold the same.
 */
export async function makeFolder(target: string, fill: (beside: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await removeStale(dirname(target))
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
  await removeStale(dirname(target))
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

/** A name beside a target for what is not whole; the next one that makes something there removes it when its maker is gone. */
export function besideName(target: string): string {
  return `${target}.part-${String(process.pid)}-${randomBytes(6).toString('hex')}`
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

/** Removes from a folder what was left half made. */
async function removeStale(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = BESIDE.exec(name)?.[1]
    if (pid === undefined) continue
    const found = await stat(join(dir, name)).catch(() => undefined)
    if (found === undefined) continue
    const age = Date.now() - found.mtimeMs
    if (age > STALE_MS || (age > DEAD_MS && !isAlive(Number(pid)))) {
      await rm(join(dir, name), { recursive: true, force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: there is one, and it is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
