/**
 * What became of a tortured run: it went on to the same bits as one that was left alone, or it was refused by name. Both
 * are right; what is not: other bits, a crash, a hang, an exception that nobody named.
 */
import type { Ended, Victim } from './victim'

/** What the run that was left alone came to. */
export interface Expected {
  told: ReadonlyMap<string, number>
  result: string
}

export type Verdict =
  { right: true; how: 'same bits' | 'refused' | 'goes on' } | { right: false; fault: string }

/**
 * @param ended the last part of the run
 * @param damaged whether a file was damaged: a run that was only killed may not be refused
 */
export function judge(victim: Victim, ended: Ended, expected: Expected, damaged: boolean): Verdict {
  const wrong = (fault: string): Verdict => ({
    right: false,
    fault: `${fault}\n${ended.stderr.slice(-1500)}`,
  })
  if (ended.hung) return wrong('it hung')
  for (const [what, number] of ended.told) {
    const due = expected.told.get(what)
    if (due !== number) return wrong(`${what} is ${number}, and not ${String(due)}`)
  }
  if (ended.killed) return { right: true, how: 'goes on' }
  if (ended.signal !== null) return wrong(`it ended by ${ended.signal}`)
  if (/^\s+at .*\(?(file:|node:|\/).*:\d+:\d+\)?$/m.test(ended.stderr))
    return wrong('an exception that nobody named')
  if (ended.code === 1)
    return damaged ? { right: true, how: 'refused' } : wrong('it was refused, and nothing is damaged')
  if (ended.code !== 0) return wrong(`it ended with ${String(ended.code)}`)
  const result = victim.result()
  if (result !== expected.result) return wrong('the result has other bits')
  return { right: true, how: 'same bits' }
}
