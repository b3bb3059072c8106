/**
 * How one run differs from the one started before it: in a few words for the table, and in full.
 */
import type { RunConfig } from '../api/types'
import { optionDiff, type DiffLine } from './run-options'

export interface NeighbourDiff {
  /** "matrix_lr 0.02 → 0.01, seed"; empty where nothing differs. */
  short: string
  /** Every difference on a line of its own; for a mixture, the entries removed and added. */
  full: string
}

/** Pairs of values longer than this are left to the full text. */
const SHORT = 24
/** Holds a pair of values together where the line breaks. */
const NBSP = '\u00a0'

/** Leaves out the run's name, which stands beside the difference. */
export function neighbourDiff(before: RunConfig, config: RunConfig): NeighbourDiff {
  const lines = optionDiff([before, config]).filter(({ name }) => name !== 'run')
  return { short: inShort(lines), full: lines.map(inFull).join('\n') }
}

/** The first option whose values are short, with them; then the names of the others. */
function inShort(lines: readonly DiffLine[]): string {
  const shown = lines.find((line) => !isMixture(line) && line.values.join('').length <= SHORT)
  const names = lines.filter((line) => line !== shown).map(({ name }) => name)
  return (shown ? [`${shown.name} ${pair(shown.values, NBSP)}`, ...names] : names).join(', ')
}

function inFull(line: DiffLine): string {
  if (!isMixture(line)) return `${line.name}: ${pair(line.values, ' ')}`
  const [before = [], after = []] = line.values.map((text) => text.split('\n').filter(Boolean))
  const went = without(before, after).map((entry) => `− ${entry}`)
  const came = without(after, before).map((entry) => `+ ${entry}`)
  const changes = [...went, ...came]
  return [`${line.name}:`, ...(changes.length > 0 ? changes : ['the same entries in another order'])].join(
    '\n',
  )
}

function isMixture({ name }: DiffLine): boolean {
  return name.startsWith('mixture.')
}

function pair(values: readonly string[], space: string): string {
  return values.join(`${space}→${space}`)
}

/** The entries of one list that the other lacks. An entry listed twice has to be there twice. */
function without(entries: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return entries.filter((entry) => {
    const at = left.indexOf(entry)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
