/**
 * The processor time that other programs take on this machine during a measurement, since a rate measured beside them
 * depends on them too. The kernel tells it (/proc/stat) in hundredths of a second, and only the processors that this
 * process may run on are counted. Time that a virtual machine's host gave to others counts as theirs.
 */
import { readFileSync } from 'node:fs'

/** The kernel's clock ticks a second, in /proc/stat. */
const TICKS = 100
/** Fields of a line `cpu0 user nice system idle iowait irq softirq steal …` that count as busy: not idle and iowait. */
const BUSY_FIELDS = [0, 1, 2, 5, 6, 7]

/**
 * Starts watching.
 *
 * @returns to be called at the end: the average number of processors that others kept busy since; null where the kernel
 * does not tell
 */
export function watchOthers(): () => number | null {
  const began = now()
  return () => {
    const ended = now()
    if (began.busy === null || ended.busy === null) return null
    const seconds = ended.clock - began.clock
    return Math.max(0, ended.busy - began.busy - (ended.own - began.own)) / seconds
  }
}

interface Moment {
  /** Time in seconds, like the others. */
  clock: number
  /** Busy time of all programs, on the processors of this one. */
  busy: number | null
  /** Time of all threads of this process. */
  own: number
}

function now(): Moment {
  const { user, system } = process.cpuUsage()
  return { clock: performance.now() / 1000, busy: busySeconds(), own: (user + system) / 1e6 }
}

function busySeconds(): number | null {
  try {
    const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return busySecondsOf(readFileSync('/proc/stat', 'utf8'), allowed ?? '')
  } catch {
    return null
  }
}

/**
 * @param stat the text of /proc/stat
 * @param allowed a list of processors in the kernel's notation: `0-3,8`
 * @returns seconds that those processors have been busy; null where the text lists none of them
 */
export function busySecondsOf(stat: string, allowed: string): number | null {
  const ids = new Set(allowed.split(',').flatMap(rangeOf))
  let ticks: number | null = null
  for (const [, id = '', counts = ''] of stat.matchAll(/^cpu(\d+) (.*)$/gm)) {
    if (!ids.has(Number(id))) continue
    const fields = counts.split(' ').map(Number)
    ticks = BUSY_FIELDS.reduce((sum, field) => sum + (fields[field] ?? 0), ticks ?? 0)
  }
  return ticks === null ? null : ticks / TICKS
}

function rangeOf(range: string): number[] {
  if (range === '') return []
  const [from, to = from] = range.split('-').map(Number)
  if (from === undefined || to === undefined) return []
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
