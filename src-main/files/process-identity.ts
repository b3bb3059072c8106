/**
 * Tells whether the process or thread that holds something is still running.
 *
 * An id alone does not tell: it is used again after its holder has ended, and after every start of a container. An id
 * together with the moment its holder started, in the kernel's own ticks since the machine booted, does tell. Those
 * ticks do not move when the clock is set. Ids and ticks are valid only within one boot and one namespace of process
 * ids: the domain. Where /proc does not exist, the id alone must do.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isMainThread, threadId } from 'node:worker_threads'
import { codeOf } from '../system-error'

/** A thread that holds something. */
export interface Owner {
  pid: number
  /** The kernel's id of the thread; 0 where it is not known. */
  tid: number
  /** Ticks since boot at which the thread started; 0 where they are not known. */
  started: number
  /** Boot and namespace in which the ids are valid, in 8 hexadecimal digits. */
  domain: string
}

/** A start is stored as one integer, the domain's digest above its ticks: 2^35 ticks are ten years. */
const TICKS_SPAN = 2 ** 35
const DIGEST_SPAN = 2 ** 17
/** Integers from here on are such marks; those below are the clock's milliseconds, which earlier versions wrote. */
const FIRST_MARK = DIGEST_SPAN * TICKS_SPAN

const DOMAIN = domainOf()

/** This process, as the owner of a run. */
export function thisProcess(): { pid: number; startedAt: number } {
  const found = statusOf(String(process.pid))
  return { pid: process.pid, startedAt: found === null ? 0 : markOf(found.started) }
}

/** Whether the process that {@link thisProcess} described is still running. */
export function processIsAlive(pid: number, startedAt: number): boolean {
  if (!exists(pid)) return false
  const found = statusOf(String(pid))
  if (found === null || startedAt === 0) return true
  if (found.ended) return false
  return startedAt < FIRST_MARK ? startedByTheClock(found, startedAt) : markOf(found.started) === startedAt
}

/** This thread, as the owner of a lock or of a file half made. */
export function thisThread(): Owner {
  const tid = threadSelf()
  const found = tid === null ? null : statusOf(`${String(process.pid)}/task/${String(tid)}`)
  const known = tid === null || found === null ? { tid: 0, started: 0 } : { tid, started: found.started }
  return { pid: process.pid, ...known, domain: DOMAIN }
}

/**
 * Whether an owner still runs; undefined where this process cannot tell: the owner is of another machine, container or
 * boot.
 */
export function isAlive({ pid, tid, started, domain }: Owner): boolean | undefined {
  if (domain !== DOMAIN) return undefined
  if (!exists(pid)) return false
  if (tid === 0) return undefined // its thread may have ended anyway
  const found = statusOf(`${String(pid)}/task/${String(tid)}`)
  return found !== null && !found.ended && found.started === started
}

/** An owner as part of a file's name: `PID-TID-STARTED-DOMAIN`. */
export function ownerTag({ pid, tid, started, domain }: Owner): string {
  return [pid, tid, started, domain].join('-')
}

/** The expression that {@link parseOwnerTag} takes apart, for longer expressions. */
export const OWNER_TAG = String.raw`\d+-\d+-\d+-[0-9a-f]{8}`

/** @returns undefined where the text is no owner's tag */
export function parseOwnerTag(tag: string): Owner | undefined {
  if (!new RegExp(`^${OWNER_TAG}$`).test(tag)) return undefined
  const [pid, tid, started, domain = ''] = tag.split('-')
  return { pid: Number(pid), tid: Number(tid), started: Number(started), domain }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM' // it exists, and belongs to another user
  }
}

interface Status {
  /** Ticks since boot. */
  started: number
  /** It has ended, and its parent has not been told yet. */
  ended: boolean
}

/** What /proc says about a process (`PID`) or thread (`PID/task/TID`); null where it says nothing. */
function statusOf(path: string): Status | null {
  try {
    // The name, in parentheses, may hold spaces: count the fields behind it. The state is field 3, the start field 22.
    const text = readFileSync(`/proc/${path}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const started = Number(fields[22 - 3])
    return Number.isSafeInteger(started) ? { started, ended: fields[0] === 'Z' || fields[0] === 'X' } : null
  } catch {
    return null
  }
}

/** The kernel's id of the calling thread. */
function threadSelf(): number | null {
  try {
    return Number(/^\d+\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? NaN) || null
  } catch {
    return isMainThread && threadId === 0 ? process.pid : null
  }
}

function markOf(started: number): number {
  return (DIGEST_SPAN + (parseInt(DOMAIN, 16) % DIGEST_SPAN)) * TICKS_SPAN + started
}

function domainOf(): string {
  const read = (get: () => string): string => {
    try {
      return get()
    } catch {
      return ''
    }
  }
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = read(() => readlinkSync('/proc/self/ns/pid'))
  const text = JSON.stringify([boot === '' ? hostname() : boot, namespace])
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

/** Ticks a second in which the kernel counts a process's start: always this on Linux, seen from user space. */
const TICKS_PER_SECOND = 100
/** The clock may be set while a process runs, which moves the computed start by as much. */
const TOLERANCE_MS = 5000

/** Whether a process started at a time of the clock, which versions before 29 November 2026 stored. */
function startedByTheClock({ started }: Status, at: number): boolean {
  const bootedAt = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]
  return Math.abs((Number(bootedAt) + started / TICKS_PER_SECOND) * 1000 - at) <= TOLERANCE_MS
}
