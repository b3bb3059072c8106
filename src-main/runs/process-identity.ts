/**
 * Tells whether the process that holds a run is still the one that runs.
 *
 * A process id alone does not: it is given again after the process has ended, and after every start of a container. With
 * the moment the process started it does. Where that moment cannot be read (no /proc), the id alone has to do.
 */
import { readFileSync } from 'node:fs'

/** Ticks a second in which the kernel counts a process's start: fixed for user space on Linux. */
const TICKS_PER_SECOND = 100
/** The clock may be set while a process runs, which moves the computed start by as much. */
const TOLERANCE_MS = 5000

/** This process, as a run's owner. */
export function thisProcess(): { pid: number; startedAt: number } {
  return { pid: process.pid, startedAt: describe(process.pid)?.startedAt ?? 0 }
}

/** Whether the process that {@link thisProcess} described is still running. */
export function processIsAlive(pid: number, since: number): boolean {
  if (!exists(pid)) return false
  const found = describe(pid)
  if (!found || since === 0) return true
  return !found.ended && Math.abs(found.startedAt - since) <= TOLERANCE_MS
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** What /proc says of a process; null where there is none. `ended`: it is over, and its parent has not been told yet. */
function describe(pid: number): { startedAt: number; ended: boolean } | null {
  try {
    const bootedAt = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]
    // The name, in parentheses, may hold spaces: count the fields behind it. The state is field 3, the start field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const ticks = fields[22 - 3]
    if (bootedAt === undefined || ticks === undefined) return null
    const startedAt = Number(bootedAt) * 1000 + Math.round((Number(ticks) / TICKS_PER_SECOND) * 1000)
    return { startedAt, ended: fields[0] === 'Z' }
  } catch {
    return null
  }
}
