/**
 * The excluded conversations of a config ([entry, row] pairs, see its `exclude`) through edits of the mixture: they stay
 * with the conversations that they were made for, whatever becomes of the list around them.
 */
import type { MixtureEntry, RunConfig } from '../api/types'
import { moved } from './entry'

export type Exclude = RunConfig['exclude']

/** What is excluded of one entry: how many rows, and a text that is the same for the same rows. */
export interface ExcludedRows {
  count: number
  stamp: string
}

export const NOTHING_EXCLUDED: ExcludedRows = { count: 0, stamp: '' }

/** For each of `count` entries, what is excluded of it. */
export function excludedRows(exclude: Exclude, count: number): ExcludedRows[] {
  const byEntry = Array.from({ length: count }, () => new Set<number>())
  for (const [entry, row] of exclude) byEntry[entry]?.add(row)
  return byEntry.map((rows) =>
    rows.size === 0
      ? NOTHING_EXCLUDED
      : { count: rows.size, stamp: [...rows].sort((a, b) => a - b).join(' ') },
  )
}

/** A pair as a key of a set or a map. */
export function pairKey([entry, row]: Exclude[number]): string {
  return `${entry} ${row}`
}

/** The option as a config gives it: one that excludes nothing does not mention it. */
export function givenExclude(exclude: Exclude): Exclude | undefined {
  return exclude.length > 0 ? exclude : undefined
}

export function withExcluded(exclude: Exclude, more: Exclude): Exclude {
  const known = new Set(exclude.map(pairKey))
  return [...exclude, ...more.filter((pair) => !known.has(pairKey(pair)))]
}

export function withTakenBack(exclude: Exclude, back: Exclude): Exclude {
  const gone = new Set(back.map(pairKey))
  return exclude.filter((pair) => !gone.has(pairKey(pair)))
}

/** The pairs of a list of numbers, entry and row in turn. */
export function pairsOfNumbers(numbers: Int32Array): Exclude {
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i] ?? 0, numbers[2 * i + 1] ?? 0])
}

/** The pairs in the list of the entries that `kept` names by their old indices, in its order. */
export function excludeOfKept(exclude: Exclude, kept: readonly number[]): Exclude {
  const places = new Map(kept.map((old, index) => [old, index]))
  return exclude.flatMap(([entry, row]): Exclude => {
    const place = places.get(entry)
    return place === undefined ? [] : [[place, row]]
  })
}

export function excludeWithoutEntry(exclude: Exclude, count: number, removed: number): Exclude {
  return excludeOfKept(
    exclude,
    indices(count).filter((index) => index !== removed),
  )
}

export function excludeWithEntryMoved(exclude: Exclude, count: number, from: number, to: number): Exclude {
  return excludeOfKept(exclude, moved(indices(count), from, to))
}

/**
 * The pairs after an entry has been changed. Another slice counts the same conversations otherwise: those that are not
 * in it go. Where the entry reads other conversations, all of its pairs go.
 */
export function excludeWithEntryChanged(
  exclude: Exclude,
  index: number,
  before: MixtureEntry,
  after: MixtureEntry,
): Exclude {
  if (rowsKey(before) === rowsKey(after)) return exclude
  const isSameData = dataKey(before) === dataKey(after)
  return exclude.flatMap((pair): Exclude => {
    const [entry, row] = pair
    if (entry !== index) return [pair]
    const { start = 0, step = 1 } = before
    const now = isSameData ? rowIn(after, start + row * step) : null
    return now === null ? [] : [[index, now]]
  })
}

/** The row of a slice that is the dataset's row; null where the slice leaves it out. */
function rowIn(entry: MixtureEntry, datasetRow: number): number | null {
  const { start = 0, stop = Infinity, step = 1 } = entry
  const rows = 'size' in entry ? entry.size : Infinity
  const row = (datasetRow - start) / step
  return Number.isInteger(row) && row >= 0 && datasetRow < Math.min(stop, rows) ? row : null
}

const rowsKey = (entry: MixtureEntry): string => JSON.stringify({ ...entry, repeat: undefined })

/** The dataset behind an entry; a generated one begins with the same rows whatever its size. */
function dataKey(entry: MixtureEntry): string {
  return JSON.stringify({
    ...entry,
    repeat: undefined,
    start: undefined,
    stop: undefined,
    step: undefined,
    size: undefined,
  })
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
