/**
 * One set-up at a time in one cache folder, and one build in one checkout: a second one waits, and goes on when the
 * first is done.
 *
 * The lock is a file that names its holder and is touched every 5 seconds. It counts as left behind when its holder is
 * a process of this machine that no longer runs, or when it has not been touched for a minute.
 */
import { readFileSync, statSync } from 'node:fs'
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Report } from './report'

const staleAfterMs = 60_000
const touchEveryMs = 5_000

/** Runs `work` while holding the lock of a folder. */
export async function withLock<Result>(
  folder: string,
  report: Report,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = join(folder, 'setup.lock')
  await mkdir(folder, { recursive: true })
  await acquire(lock, report)
  const touching = setInterval(
    () => void utimes(lock, new Date(), new Date()).catch(() => undefined),
    touchEveryMs,
  )
  try {
    return await work()
  } finally {
    clearInterval(touching)
    await rm(lock, { force: true })
  }
}

async function acquire(lock: string, report: Report): Promise<void> {
  for (let waited = false; !(await create(lock));) {
    const holder = leftBehindBy(lock)
    if (holder !== undefined) {
      await remove(lock, holder)
      continue
    }
    if (!waited)
      report({ kind: 'note', message: `Another set-up or build is at work (${lock}); waiting for it.` })
    waited = true
    await sleep(500)
  }
}

/** Creates the lock file; false where it is there. */
async function create(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid} ${hostname()}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** The content of a lock whose holder is gone; undefined where it is held, or was just given up. */
function leftBehindBy(lock: string): string | undefined {
  const holder = read(lock)
  const touched = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
  if (holder === undefined || touched === undefined) return undefined
  const [pid, host] = holder.split(' ')
  const gone = host === hostname() && !isRunning(Number(pid))
  return gone || Date.now() - touched > staleAfterMs ? holder : undefined
}

/** Removes a lock that was left behind, but puts it back where someone else took it in the meantime. */
async function remove(lock: string, holder: string): Promise<void> {
  const aside = `${lock}.${process.pid}`
  try {
    await rename(lock, aside)
  } catch {
    return // another waiting set-up removed it
  }
  if (read(aside) === holder) await rm(aside)
  else await rename(aside, lock)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // runs, under another user
  }
}
