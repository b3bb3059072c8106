/** Which runs the table shows, and in which order. */
import type { RunState } from '../api/types'
import type { RunColumn, RunRow } from './columns'

/** What is looked for; an empty member lets every run pass. */
export interface RunFilter {
  /** Words that all have to be in the run's name, note, tags, id, device or state. */
  text: string
  states: readonly RunState[]
  tag: string
  starred: boolean
}

export const EVERY_RUN: RunFilter = { text: '', states: [], tag: '', starred: false }

export function isFiltered({ text, states, tag, starred }: RunFilter): boolean {
  return text.trim() !== '' || states.length > 0 || tag !== '' || starred
}

export function matching<Row extends RunRow>(rows: readonly Row[], filter: RunFilter): Row[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(({ run }) => {
    if (filter.starred && !run.starred) return false
    if (filter.tag !== '' && !run.tags.includes(filter.tag)) return false
    if (filter.states.length > 0 && !filter.states.includes(run.state)) return false
    const text = [run.name, run.note, ...run.tags, run.id, run.device, run.state].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The value of the table's own column, the name. */
export const byName = ({ run }: RunRow): string => run.name

/**
 * In order of a column; rows without a value come last, whichever way. Rows that are equal keep their order.
 *
 * @param by what is sorted by; undefined leaves the order as it is
 */
export function sorted<Row extends RunRow>(
  rows: readonly Row[],
  by: RunColumn['by'],
  descending: boolean,
): Row[] {
  if (!by) return [...rows]
  const sign = descending ? -1 : 1
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
    return sign * String(a).localeCompare(String(b), undefined, { numeric: true })
  })
}

/** All tags, each once, in the order of the alphabet. */
export function tagsOf(rows: readonly RunRow[]): string[] {
  return [...new Set(rows.flatMap(({ run }) => run.tags))].sort((a, b) => a.localeCompare(b))
}

/** Tags as a person types them, with commas between. */
export function parseTags(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim().slice(0, 60)))].filter(Boolean).slice(0, 20)
}
