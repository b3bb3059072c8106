/** Checks that the rows that a config excludes are there, and that they are not all that there is. */
import { MidbenchError, type Issue } from '../errors'
import { excludedByEntry, type ExcludedRow } from './exclude.schema'

/** Number of pairs at fault that are named. */
const MOST_NAMED = 10

/** An open entry of the mixture, as faults name it. */
interface OpenedEntry {
  label: string
  /** Rows after start, stop and step. */
  rows: number
}

/**
 * @param list the config's list, for people: `mixture.train`
 * @throws MidbenchError `config.invalid` naming the first few pairs that are not there, or that nothing is left
 */
export function checkExcluded(
  exclude: readonly ExcludedRow[],
  entries: readonly OpenedEntry[],
  list: string,
): void {
  if (exclude.length === 0) return
  const issues: Issue[] = []
  for (const [index, pair] of exclude.entries()) {
    const message = faultOf(pair, entries, list)
    if (message === null) continue
    issues.push({ path: `exclude.${String(index)}`, message })
    if (issues.length === MOST_NAMED) break
  }
  const [first] = issues
  if (first !== undefined) {
    throw refused(
      issues,
      `${first.path} ${first.message}.`,
      'Take that pair out of exclude, or put back the rows that it was made for.',
    )
  }
  const excluded = excludedByEntry(exclude)
  if (entries.some(({ rows }, entry) => rows > (excluded.get(entry)?.size ?? 0))) return
  const message = `names every conversation of ${list}`
  throw refused(
    [{ path: 'exclude', message }],
    `exclude ${message}.`,
    'Take some of them back, or add a task.',
  )
}

/** Why an excluded row is not there; null where it is. */
function faultOf([entry, row]: ExcludedRow, entries: readonly OpenedEntry[], list: string): string | null {
  const found = entries[entry]
  if (found === undefined) {
    return `names entry ${String(entry)}, and ${list} has ${String(entries.length)}, counted from 0`
  }
  if (row < found.rows) return null
  const where = `row ${String(row)} of ${list}.${String(entry)} (${found.label})`
  return `names ${where}, which has ${String(found.rows)} rows, counted from 0 after start, stop and step`
}

function refused(issues: Issue[], message: string, remedy: string): MidbenchError {
  return new MidbenchError({ code: 'config.invalid', message, remedy, issues })
}
