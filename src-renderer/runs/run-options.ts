/**
 * A run's options as text, beside the defaults and beside each other.
 */
import { namedFiles } from '../../src-main/contract/contract'
import { DEFAULTS, type OptionName } from '../api/defaults'
import type { MixtureEntry, RunConfig } from '../api/types'
import { count, integer, plain } from '../format/number'
import { escaped } from '../train/lines'
import { entryName, entrySlice, entrySplit } from '../mixture/entry'
import { OPTION_GROUPS } from '../train/options'

export interface OptionLine {
  name: OptionName
  value: string
  standard: string
  differs: boolean
}

const OPTION_NAMES: readonly OptionName[] = OPTION_GROUPS.flatMap(({ options }) =>
  options.map(({ name }) => name),
)

/** An option's value as it is shown: 524288 -> "524,288", null -> "none". */
export function optionText(value: RunConfig[OptionName]): string {
  if (value === null) return 'none'
  if (value === '') return 'autodetect'
  if (typeof value === 'number') return Number.isInteger(value) ? integer(value) : plain(value)
  if (typeof value !== 'object') return typeof value === 'boolean' ? (value ? 'on' : 'off') : value
  return value.length === 0 ? 'none' : value.map((one: string | number) => escaped(String(one))).join(', ')
}

/** Whether an option's values are the same; those of several are lists. */
export function sameValue(value: unknown, other: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(other)
}

export function optionLines(config: RunConfig): OptionLine[] {
  return OPTION_NAMES.map((name) => ({
    name,
    value: optionText(config[name]),
    standard: optionText(DEFAULTS[config.recipe][name]),
    differs: !sameValue(config[name], DEFAULTS[config.recipe][name]),
  }))
}

/** An entry of a mixture in one line: "MMLU all / test [:5,200] ×2". */
export function entryText(entry: MixtureEntry): string {
  const size = 'size' in entry ? integer(entry.size) : ''
  const repeat = entry.repeat && entry.repeat > 1 ? `×${entry.repeat}` : ''
  return [entryName(entry), entrySplit(entry), size, entrySlice(entry), repeat].filter(Boolean).join(' ')
}

/** Like {@link entryText}, with the full path of the entry's file, where it names one. */
function entryTextWithFile(entry: MixtureEntry): string {
  return [entryText(entry), ...namedFiles(entry)].join(' ')
}

/** Mixtures as texts, one entry per line. Where these are all alike, the full paths of their files are added. */
function mixtureTexts(mixtures: readonly (readonly MixtureEntry[])[]): string[] {
  const texts = (text: (entry: MixtureEntry) => string): string[] =>
    mixtures.map((entries) => entries.map(text).join('\n'))
  const short = texts(entryText)
  return new Set(short).size > 1 ? short : texts(entryTextWithFile)
}

/** How many conversations are excluded, and the first of them as [entry, row]. */
function excludeText({ exclude }: RunConfig): string {
  if (exclude.length === 0) return 'none'
  const shown = exclude.slice(0, 3).map((pair) => `[${pair.join(', ')}]`)
  const more = exclude.length > shown.length ? ' …' : ''
  return `${count(exclude.length, 'conversation')}: ${shown.join(' ')}${more}`
}

export interface DiffLine {
  name: string
  values: string[]
}

/** The options in which configs differ, with each one's value; the mixture counts as two options, train and val. */
export function optionDiff(configs: readonly RunConfig[]): DiffLine[] {
  const lines: DiffLine[] = OPTION_NAMES.map((name) => ({
    name,
    values: configs.map((config) => optionText(config[name])),
  }))
  for (const split of ['train', 'val'] as const) {
    lines.push({
      name: `mixture.${split}`,
      values: mixtureTexts(configs.map(({ mixture }) => mixture[split])),
    })
  }
  lines.push({ name: 'exclude', values: configs.map(excludeText) })
  return lines.filter(({ values }) => new Set(values).size > 1)
}
