/** How a process ended, in words: what its exit status and signal mean, and its last output. */
import { readFileSync } from 'node:fs'

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  /** The end of its output. */
  said: string
  /** Whether the kernel killed a process for want of memory while this one ran. */
  oomKilled: boolean
}

/** Signals that a process gets for its own fault: nobody sends these. */
const CRASHES: readonly (NodeJS.Signals | null)[] = [
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGTRAP',
]
const MEMORY_WORDS = /out of memory|bad_alloc|heap limit|Cannot allocate memory/i
const FAULT = /error|fatal|terminate|what\(\)/i
/** Matches a line that says more than a stack frame, a rule or Node's version does. */
const TELLING = /^(?!\s*(at |\^|#?\d+[: ]|-+|Node\.js v|$))/

/**
 * One or two sentences: `The trainer process was ended by SIGKILL.`
 *
 * @param who the subject of the sentence
 * @param at what it was doing, where that is known: `training, step 1 of 3`
 */
export function describeEnding(ending: Ending, who = 'The trainer process', at?: string): string {
  const { signal, said, oomKilled } = ending
  const whileAt = at === undefined ? '' : ` while ${at}`
  const last = lastTellingLine(said)
  const quoted = last === null ? '' : ` The last it said: ${last}`
  if (signal === 'SIGKILL' && oomKilled) {
    return `${who} was ended by the system (SIGKILL)${whileAt}, because the machine had no memory left.`
  }
  return `${who} ${manner(ending)}${whileAt}.${quoted}`
}

function manner({ code, signal, said }: Ending): string {
  if (MEMORY_WORDS.test(said)) return `ran out of memory (${signal ?? `exit code ${String(code)}`})`
  if (CRASHES.includes(signal)) return `crashed with ${String(signal)}`
  if (signal !== null) return `was ended by ${signal}`
  return code === null ? 'could not be started' : `ended by itself with exit code ${String(code)}`
}

/** Whether the process ended for want of memory, as the kernel or its own output says. */
export function wasForMemory({ signal, said, oomKilled }: Ending): boolean {
  return (signal === 'SIGKILL' && oomKilled) || MEMORY_WORDS.test(said)
}

/** How many processes the kernel has killed for want of memory since the machine started; 0 where it does not say. */
export function countOomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function lastTellingLine(said: string): string | null {
  const lines = said.split('\n').filter((line) => TELLING.test(line))
  const line = lines.findLast((each) => FAULT.test(each)) ?? lines.at(-1)
  return line?.trim().slice(0, 300) ?? null
}
