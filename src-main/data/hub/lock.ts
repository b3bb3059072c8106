/**
 * A lock between processes and threads: a file that its holder touches every few seconds. One that has not been touched
 * for longer was left by a process that was killed, and is taken over.
 */
import { mkdir, open, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const TOUCH_MS = 3000
const STALE_MS = 15_000
const LOOK_MS = 200

/** Runs `work` while holding the lock at `path`, whose folder is made; waits for another holder, or until aborted. */
export async function holding<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  while (!(await take(path))) {
    if (await isStale(path)) await rm(path, { force: true })
    else await setTimeout(LOOK_MS, undefined, { signal })
  }
  const touching = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined) // gone with its folder: nothing is left to lock
  }, TOUCH_MS)
  try {
    return await work()
  } finally {
    clearInterval(touching)
    await rm(path, { force: true })
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS
}
