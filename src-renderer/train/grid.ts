/** A grid of runs as it is typed: some options, each with the list of its values. */
import { parseGiven, type OptionName } from '../api/defaults'
import type { GridAxis } from '../api/types'
import { numberOf } from '../format/parse'
import { OPTION_GROUPS, type Option } from './options'

/** Where runs compute and what they are called is the project's, and lists have commas of their own. */
const NOT_OF_A_GRID: readonly OptionName[] = ['base_dir', 'output_tag', 'run']
const KINDS = ['number', 'choice', 'switch', 'checkpoint']

export const GRID_OPTIONS: readonly Option[] = OPTION_GROUPS.flatMap(({ options }) => options).filter(
  ({ name, kind }) => KINDS.includes(kind.type) && !NOT_OF_A_GRID.includes(name),
)

/** An option of the grid as it is typed. */
export interface TypedAxis {
  option: OptionName
  /** The values, with commas or spaces between them. */
  text: string
}

/** The values that a text lists, each once, and those of its words that the option does not take. */
export function readValues({ option, text }: TypedAxis): { values: unknown[]; refused: string[] } {
  const known = GRID_OPTIONS.find(({ name }) => name === option)
  const values: unknown[] = []
  const refused: string[] = []
  for (const word of text.split(/[\s,;]+/).filter(Boolean)) {
    const value = known && valueOf(known, word)
    if (value === undefined || parseGiven({ [option]: value }) === null) refused.push(word)
    else if (!values.includes(value)) values.push(value)
  }
  return { values, refused }
}

function valueOf({ kind }: Option, word: string): unknown {
  if (kind.type === 'number') {
    const isNone = word === 'none' && kind.nullable !== undefined
    return isNone ? null : (numberOf(word) ?? undefined)
  }
  if (kind.type === 'switch') return { on: true, true: true, off: false, false: false }[word]
  return word
}

/** What an option takes, for the empty field of its values. */
export function valuesHint({ kind }: Option, now: string): string {
  if (kind.type === 'switch') return 'on, off'
  if (kind.type !== 'choice') return `now ${now}`
  return kind.values.flatMap(({ value }) => (value === '' ? [] : [value])).join(', ')
}

/** The grid; null while something of it is wrong or missing. */
export function gridOf(typed: readonly TypedAxis[]): GridAxis[] | null {
  const axes = typed.map((axis) => ({ option: axis.option, ...readValues(axis) }))
  if (axes.some(({ values, refused }) => values.length === 0 || refused.length > 0)) return null
  return axes.map(({ option, values }) => ({ option, values }))
}
