/** What is wrong with a mixture as a whole, told at its entries: several faults as one error, and too many rows or tasks. */
import { MOST_CONVERSATIONS, MOST_TASKS } from '../bounds.schema'
import { MidbenchError, type Failure, type Issue } from '../errors'
import { taskLabel, type MixtureEntry } from './mixture.schema'

/** An entry with its number in the config's list, and the rows that its slice has. */
interface SizedEntry {
  index: number
  entry: MixtureEntry
  rows: number
}

/** The failure, with its entry's path put before the paths of its issues. */
export function failureAt(failure: Failure, path: string): Failure {
  const issues = failure.issues ?? [{ path: '', message: failure.message }]
  const full = issues.map((issue): Issue => {
    return { ...issue, path: issue.path === '' ? path : `${path}.${issue.path}` }
  })
  return { ...failure, message: `${full[0]?.path ?? path}: ${failure.message}`, issues: full }
}

/** One error that tells of every entry at fault. */
export function allFailures(failures: readonly Failure[]): MidbenchError {
  const [first] = failures
  if (first === undefined) throw new RangeError('no failure to tell of')
  const others = failures.length - 1
  const more =
    others === 0
      ? ''
      : others === 1
        ? ' One more entry is at fault.'
        : ` ${others} more entries are at fault.`
  const isOneKind = failures.every(({ remedy }) => remedy === first.remedy)
  return new MidbenchError({
    code: first.code,
    message: first.message + more,
    // One remedy does not fit faults of different kinds: each fault then has its own.
    remedy: isOneKind ? first.remedy : 'Correct the options of these entries, or remove the entries.',
    issues: failures.flatMap(({ issues = [], remedy }) =>
      isOneKind || remedy === undefined ? issues : issues.map((issue) => ({ hint: remedy, ...issue })),
    ),
  })
}

/** @throws MidbenchError `config.invalid` for more tasks or conversations than memory and time allow */
export function checkSize(opened: readonly SizedEntry[], prefix: string): void {
  const repeats = (one: SizedEntry): number => one.entry.repeat ?? 1
  const tasks = opened.reduce((sum, one) => sum + repeats(one), 0)
  const rows = opened.reduce((sum, one) => sum + repeats(one) * one.rows, 0)
  if (tasks > MOST_TASKS) throw tooMany(opened, repeats, prefix, 'tasks, repeats counted', tasks, MOST_TASKS)
  if (rows <= MOST_CONVERSATIONS) return
  const rowsOf = (one: SizedEntry): number => repeats(one) * one.rows
  throw tooMany(opened, rowsOf, prefix, 'conversations', rows, MOST_CONVERSATIONS)
}

/** Names the entry with the most of them. */
function tooMany(
  opened: readonly SizedEntry[],
  amount: (one: SizedEntry) => number,
  prefix: string,
  what: string,
  found: number,
  most: number,
): MidbenchError {
  const largest = opened.reduce((a, b) => (amount(b) > amount(a) ? b : a))
  const path = `${prefix}.${String(largest.index)}`
  const message = `the mixture has ${String(found)} ${what}; the most is ${String(most)}, and ${taskLabel(largest.entry)} has ${String(amount(largest))} of them`
  return new MidbenchError({
    code: 'config.invalid',
    message: `${path}: ${message}`,
    remedy: 'Lower its repeat or size, or slice it with stop.',
    issues: [{ path, message }],
  })
}
