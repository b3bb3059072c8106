/**
 * Files and folders that are either absent (or as they were before) or whole, whenever the process or the machine
 * stops: they are written beside their target, fsynced and renamed, and the parent folder is fsynced. What a killed
 * process left half made is removed by the next process that makes something there (leftovers.ts). Failures are the
 * system's own errors; the caller puts them into words (write-reason.ts).
 */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ensureFolder } from './ensure-folder'
import { besideName, removeLeftovers } from './leftovers'
import { writeThrough, type Fill, type WrittenFile } from './sink'

/**
 * Makes a folder by filling a new one beside it; `fill` must fsync its files ({@link makeFile}, {@link syncPath}). When
 * another process or thread has made the same folder in the meantime, ours is dropped: both hold the same.
 *
 * @param replace removes what is at the target just before the new folder takes its place
 */
export function makeFolder(
  target: string,
  fill: (beside: string) => Promise<void>,
  { replace = false } = {},
): Promise<void> {
  return making(target, async (beside) => {
    await mkdir(beside)
    await fill(beside)
    await syncPath(beside)
    if (replace) await rm(target, { recursive: true, force: true })
    await renameUnlessTaken(beside, target)
  })
}

/** Makes or replaces a file; where `content` is a function that throws, the old file stays unchanged. */
export function makeFile(target: string, content: Uint8Array | string | Fill): Promise<WrittenFile> {
  return making(target, async (beside) => {
    const written = await writeNew(beside, typeof content === 'function' ? content : fillWith(content))
    await rename(beside, target)
    return written
  })
}

/** Runs `make`, which makes something beside its target and renames it; afterwards nothing is left beside it. */
async function making<T>(target: string, make: (beside: string) => Promise<T>): Promise<T> {
  await ensureFolder(dirname(target))
  await removeLeftovers(dirname(target))
  const beside = besideName(target)
  try {
    const made = await make(beside)
    await syncPath(dirname(target))
    return made
  } finally {
    await rm(beside, { recursive: true, force: true }).catch(() => undefined) // the first error says more
  }
}

async function writeNew(path: string, fill: Fill): Promise<WrittenFile> {
  const file = await open(path, 'wx')
  try {
    const written = await writeThrough(file, fill)
    await file.sync()
    return written
  } finally {
    await file.close()
  }
}

function fillWith(content: Uint8Array | string): Fill {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return (sink) => sink.write(bytes)
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

/** Whether something exists at a path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
