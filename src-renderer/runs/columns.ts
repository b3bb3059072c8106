/**
 * The columns of the Runs table: what each is called, what it shows of a run, and what it is sorted by. A new one is a
 * row of a list; the table, its menu of columns and its sorting follow.
 */
import type { Component } from 'vue'
import type { RunSummary } from '../api/types'
import type { NeighbourDiff } from './neighbour-diff'

/** A run as a row of the table. */
export interface RunRow {
  run: RunSummary
  /** How it differs from the run started before it; undefined while that is not known. */
  diff: NeighbourDiff | undefined
}

export interface RunColumn {
  /** Names it where a person's choice of columns is kept. */
  key: string
  title: string
  unit?: string
  /** What it shows, where its title does not say enough. */
  about?: string
  /** In pixels; of a column that grows, the least. */
  width: number
  /** Whether it takes its share of what room is left. */
  grows?: boolean
  /** Whether it holds words, which begin at the left; numbers end at the right. */
  words?: boolean
  /** Narrow tables leave columns out, those of the highest rank first. Columns of rank 0 stay. */
  rank: number
  /** What rows are sorted by; rows without a value come last. A column without this cannot be sorted by. */
  by?: (row: RunRow) => number | string | null
  /** Its cell as text, or a component with the property `row`. */
  cell: ((row: RunRow) => string) | { component: Component }
}

/**
 * The columns that there is room for, in their order.
 *
 * @param room pixels for all of them together
 */
export function fitting(columns: readonly RunColumn[], room: number): RunColumn[] {
  let left = room - columns.reduce((sum, { width }) => sum + width, 0)
  const out = new Set<RunColumn>()
  const dispensable = columns.filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank)
  for (const column of dispensable) {
    if (left >= 0) break
    out.add(column)
    left += column.width
  }
  return columns.filter((column) => !out.has(column))
}
