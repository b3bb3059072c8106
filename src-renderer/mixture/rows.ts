/**
 * The table of the Mixture view: one row per entry, its repeats added up, with its three shares of the split. Figures
 * are kept per entry, not per table, so that moving, removing or repeating one shows its effect at once and recomputes
 * nothing. What is not known yet is null; a share is null until every entry of the split is known.
 */
import type { DatasetPlace, MixtureEntry, TaskLengths } from '../api/types'
import { NOTHING_EXCLUDED, type ExcludedRows } from './exclude'

/**
 * The figures of an entry listed once. Rows are known at once, lengths when every conversation has been rendered;
 * neither counts excluded conversations.
 */
export interface EntryFigures {
  rows: number
  source: string
  /** Where a data set of the hub was found. */
  place?: DatasetPlace | undefined
  /** Rows that cannot be converted and were left out. */
  leftOut?: number | undefined
  lengths: TaskLengths | null
}

const PLACES: Readonly<Record<DatasetPlace, string>> = { task_data: 'task_data', hub: 'hub cache' }

export interface MixtureRow {
  entry: number
  config: MixtureEntry
  colour: number
  source: string
  /** Where a data set of the hub was found, in words; '' for everything else. */
  place: string
  repeat: number
  /** Rows that cannot be converted and were left out, its repeats not counted. */
  leftOut: number
  /** Conversations of the entry that are excluded, its repeats not counted. */
  excluded: number
  rows: number | null
  rowShare: number | null
  tokens: number | null
  tokenShare: number | null
  supervised: number | null
  supervisedShare: number | null
  /** Tokens a conversation. */
  mean: number | null
  longest: number | null
  /** Share of the conversations that are longer than a row. */
  longerShare: number | null
  /** Conversations that rendering cuts. */
  cut: number | null
}

export interface MixtureTotals {
  rows: number | null
  tokens: number | null
  supervised: number | null
  mean: number | null
  longest: number | null
  longerShare: number | null
}

/** A key for an entry's data, the same whatever its repeats. */
export function figuresKey(entry: MixtureEntry, { stamp }: ExcludedRows = NOTHING_EXCLUDED): string {
  const { repeat: _, ...data } = entry
  return JSON.stringify(data) + stamp
}

/** The entries of a split, and what is excluded of each; nothing where that is left out. */
interface Entries {
  entries: readonly MixtureEntry[]
  excluded?: readonly ExcludedRows[]
}

type Amount = (figures: EntryFigures) => number | null | undefined

/** An amount of each entry times its repeats. */
function amounts(
  { entries, excluded = [] }: Entries,
  known: KnownFigures,
  amount: Amount,
): (number | null)[] {
  return entries.map((entry, index) => {
    const figures = known.get(figuresKey(entry, excluded[index]))
    const value = figures ? amount(figures) : null
    return value === null || value === undefined ? null : value * (entry.repeat ?? 1)
  })
}

function total(values: readonly (number | null)[]): number | null {
  let sum = 0
  for (const value of values) {
    if (value === null) return null
    sum += value
  }
  return sum
}

const ratio = (part: number | null | undefined, whole: number | null | undefined): number | null =>
  part === null || part === undefined || !whole ? null : part / whole

export type KnownFigures = ReadonlyMap<string, EntryFigures>

export function mixtureRows(
  entries: readonly MixtureEntry[],
  colours: readonly number[],
  known: KnownFigures,
  excluded: readonly ExcludedRows[] = [],
): MixtureRow[] {
  const listed = { entries, excluded }
  const rows = amounts(listed, known, (figures) => figures.rows)
  const tokens = amounts(listed, known, (figures) => figures.lengths?.tokens)
  const supervised = amounts(listed, known, (figures) => figures.lengths?.supervised)
  const [allRows, allTokens, allSupervised] = [total(rows), total(tokens), total(supervised)]
  return entries.map((config, entry) => {
    const figures = known.get(figuresKey(config, excluded[entry]))
    const lengths = figures?.lengths
    return {
      entry,
      config,
      colour: colours[entry] ?? entry,
      source: figures?.source ?? '',
      place: figures?.place === undefined ? '' : PLACES[figures.place],
      repeat: config.repeat ?? 1,
      leftOut: figures?.leftOut ?? 0,
      excluded: excluded[entry]?.count ?? 0,
      rows: rows[entry] ?? null,
      rowShare: ratio(rows[entry], allRows),
      tokens: tokens[entry] ?? null,
      tokenShare: ratio(tokens[entry], allTokens),
      supervised: supervised[entry] ?? null,
      supervisedShare: ratio(supervised[entry], allSupervised),
      mean: lengths?.mean ?? null,
      longest: lengths?.max ?? null,
      longerShare: ratio(lengths?.longer_than_row, lengths?.conversations),
      cut: lengths?.conversations_cut_by_rendering ?? null,
    }
  })
}

export function mixtureTotals(
  entries: readonly MixtureEntry[],
  known: KnownFigures,
  excluded: readonly ExcludedRows[] = [],
): MixtureTotals {
  const listed = { entries, excluded }
  const rows = total(amounts(listed, known, (figures) => figures.rows))
  const tokens = total(amounts(listed, known, (figures) => figures.lengths?.tokens))
  const longer = total(amounts(listed, known, (figures) => figures.lengths?.longer_than_row))
  const longest = entries.map((entry, index) => known.get(figuresKey(entry, excluded[index]))?.lengths?.max)
  return {
    rows,
    tokens,
    supervised: total(amounts(listed, known, (figures) => figures.lengths?.supervised)),
    mean: ratio(tokens, rows),
    longest:
      longest.every((value) => value !== undefined) && entries.length > 0 ? Math.max(...longest) : null,
    longerShare: ratio(longer, rows),
  }
}
