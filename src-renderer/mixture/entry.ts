/**
 * The mixture's entries as a person reads and edits them. What an entry has is decided by its task's kind.
 */
import { kindOf, mixtureEntry, namedFiles, withFilesChanged } from '../../src-main/contract/contract'
import type { MixtureEntry, TaskKind } from '../api/types'
import { integer } from '../format/number'
import { fileName } from '../format/units'

/**
 * A new entry of a task with the reference's choices. A generated task takes the file that the mixture already
 * generates from. Null where the task begins with a file that the person has to name.
 */
export function newEntry(
  kind: TaskKind,
  split: 'train' | 'val',
  present: readonly MixtureEntry[] = [],
): MixtureEntry | null {
  if (!kind.fresh) return null
  const { key, standard } = kind.files
  const alike = present.filter(
    (entry) => standard !== 'hub' && standard !== null && kindOf(entry).files.key === key,
  )
  const [file] = alike.flatMap(namedFiles)
  return mixtureEntry.parse({ ...kind.fresh[split], ...(file === undefined ? {} : { [key]: file }) })
}

/** The name a table shows: the file's where an entry is about one, the task's otherwise. */
export function entryName(entry: MixtureEntry): string {
  return ownFile(entry) ?? entry.task
}

/** What stands for the files of tasks that cannot do without one. */
const OWN_FILES: Readonly<Record<string, string>> = { jsonl: 'JSONL', conversations: 'Conversations' }

/** The entry's subset and split, if it has them: "auxiliary_train / train". */
export function entrySplit(entry: MixtureEntry): string {
  const parts = ownFile(entry) === null ? [] : [OWN_FILES[kindOf(entry).files.picks] ?? '']
  if ('subset' in entry && entry.subset !== undefined) parts.push(entry.subset)
  if (entry.split && !parts.includes(entry.split)) parts.push(entry.split)
  return parts.join(' / ')
}

/** Name of the file that the entry cannot do without; null where its task has rows without one. */
function ownFile(entry: MixtureEntry): string | null {
  return kindOf(entry).files.standard === null ? namedFiles(entry).map(fileName).join(', ') : null
}

/**
 * A title for each entry, no two the same: name, subset, split and slice, "MMLU, all / test [:5,200]", and a number from
 * the second on that would have the same, as files of one name in several folders do.
 */
export function entryTitles(entries: readonly MixtureEntry[]): string[] {
  const seen = new Map<string, number>()
  return entries.map((entry) => {
    const named = [entryName(entry), entrySplit(entry)].filter(Boolean).join(', ')
    const title = [named, entrySlice(entry)].filter(Boolean).join(' ')
    const place = (seen.get(title) ?? 0) + 1
    seen.set(title, place)
    return place === 1 ? title : `${title} (${place})`
  })
}

/** The slice as Python writes it: "[:5,200]", "[100:200:2]"; empty where the whole is taken. */
export function entrySlice({ start, stop, step }: MixtureEntry): string {
  if (start === undefined && stop === undefined && step === undefined) return ''
  const bound = (value: number | undefined): string => (value === undefined ? '' : integer(value))
  return `[${bound(start)}:${bound(stop)}${step === undefined ? '' : `:${integer(step)}`}]`
}

/** The same list with one element moved. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list]
  const [item] = next.splice(from, 1)
  if (item === undefined) return next
  next.splice(Math.max(0, Math.min(next.length, to)), 0, item)
  return next
}

/** The entry with a number set. It is left out where it is null, or 1, the default of repeat and step. */
export function withNumber(
  entry: MixtureEntry,
  key: 'start' | 'stop' | 'step' | 'repeat',
  value: number | null,
): MixtureEntry {
  const isDefault = value === null || ((key === 'repeat' || key === 'step') && value === 1)
  if (!isDefault) return { ...entry, [key]: value }
  const { [key]: _, ...next } = entry
  return next
}

interface Choice {
  key: 'split' | 'subset'
  value: string
  values: readonly string[]
}

/** The choices that an entry offers, with the values chosen. The splits are those of its subset. */
export function optionsOf(entry: MixtureEntry): Choice[] {
  const { splits } = kindOf(entry)
  const { split = 'train' } = entry
  if (!('bySubset' in splits)) return splits.length > 0 ? [choice('split', split, splits)] : []
  const subset = 'subset' in entry ? (entry.subset ?? '') : ''
  const { bySubset } = splits
  return [choice('subset', subset, Object.keys(bySubset)), choice('split', split, bySubset[subset] ?? [])]
}

/** One choice. The entry's own value is always among the values, even where a file brought an unknown one. */
function choice(key: Choice['key'], value: string, values: readonly string[]): Choice {
  return { key, value, values: values.includes(value) ? values : [...values, value] }
}

/**
 * The entry with another subset or split; unchanged where its task has no such choice. A subset with other splits than
 * the one before brings its usual split.
 */
export function withChoice(entry: MixtureEntry, key: 'split' | 'subset', value: string): MixtureEntry {
  const { splits } = kindOf(entry)
  const changed: Partial<Record<Choice['key'], string>> = { [key]: value }
  if (key === 'subset' && 'bySubset' in splits && 'subset' in entry) {
    const [before, after] = [splits.bySubset[entry.subset ?? ''], splits.bySubset[value]]
    if (after && String(before) !== String(after)) changed.split = after[0] ?? ''
  }
  const parsed = mixtureEntry.safeParse({ ...entry, ...changed })
  return parsed.success ? parsed.data : entry
}

/** A generated task with another number of rows. */
export function withSize(entry: MixtureEntry, size: number): MixtureEntry {
  return 'size' in entry ? { ...entry, size } : entry
}

/**
 * The entry without its own file, so that it reads the hub's files or the usual word list. Unchanged where its task has
 * nothing else to read.
 */
export function withoutFile(entry: MixtureEntry): MixtureEntry {
  const { key, standard } = kindOf(entry).files
  if (standard === null || namedFiles(entry).length === 0) return entry
  return mixtureEntry.parse({ ...entry, [key]: undefined })
}

/** The entry reading another file: the JSONL itself, the word list, or a local parquet in place of the hub's. */
export function withFile(entry: MixtureEntry, path: string): MixtureEntry {
  return { ...entry, [kindOf(entry).files.key]: path }
}

/** The entry with its files below one folder read from the same paths below another. Other paths stay. */
export function movedBelow(entry: MixtureEntry, from: string, to: string): MixtureEntry {
  return withFilesChanged(entry, (path) =>
    path.startsWith(`${from}/`) ? `${to}${path.slice(from.length)}` : path,
  )
}
