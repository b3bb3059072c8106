/**
 * Entries of the mixture as a person reads and edits them.
 */
import type { MixtureEntry } from '../api/types'
import { integer } from '../format/number'
import { fileName } from '../format/units'

export type TaskName = MixtureEntry['task']

/** Where the rows of each kind of task come from, in a few words. */
export const TASK_KINDS: Record<TaskName, { title: string; about: string }> = {
  SmolTalk: { title: 'SmolTalk', about: 'General conversations' },
  MMLU: { title: 'MMLU', about: 'Multiple choice questions' },
  GSM8K: { title: 'GSM8K', about: 'School mathematics with calculator calls' },
  CustomJSON: { title: 'JSONL file', about: 'Your own conversations, one array of messages a line' },
  SimpleSpelling: { title: 'SimpleSpelling', about: 'Generated: spell a word' },
  SpellingBee: {
    title: 'SpellingBee',
    about: 'Generated: count a letter in a word, by hand and with Python',
  },
}

export type GeneratedOrHub = Exclude<TaskName, 'CustomJSON'>

/** A new entry of a kind, with the reference's choices, and the word list of an entry that is there already. */
export function newEntry(
  task: GeneratedOrHub,
  split: 'train' | 'val',
  present: readonly MixtureEntry[] = [],
): MixtureEntry {
  const part = split === 'train' ? 'train' : 'test'
  const words = present.flatMap((entry) => ('word_list' in entry ? [{ word_list: entry.word_list }] : []))[0]
  switch (task) {
    case 'MMLU':
      return split === 'train'
        ? { task, subset: 'auxiliary_train', split: 'train' }
        : { task, subset: 'all', split: 'test', stop: 5200 }
    case 'GSM8K':
      return split === 'train'
        ? { task, subset: 'main', split: 'train' }
        : { task, subset: 'main', split: 'test', stop: 420 }
    case 'SimpleSpelling':
      return { task, split: part, size: split === 'train' ? 200_000 : 1000, ...words }
    case 'SpellingBee':
      return { task, split: part, size: split === 'train' ? 80_000 : 1000, ...words }
    case 'SmolTalk':
      return { task, split: part }
  }
}

/** The name a table shows: the file's for a JSONL, the task's otherwise. */
export function entryName(entry: MixtureEntry): string {
  return entry.task === 'CustomJSON' ? fileName(entry.filepath) : entry.task
}

/** Subset and split, as far as the entry has them: "auxiliary_train / train". */
export function entrySplit(entry: MixtureEntry): string {
  const parts: string[] = entry.task === 'CustomJSON' ? ['JSONL'] : []
  if ('subset' in entry) parts.push(entry.subset)
  if (entry.split && !parts.includes(entry.split)) parts.push(entry.split)
  return parts.join(' / ')
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

/** The entry with a number set, or left out where it is null (or the default, 1, of repeat and step). */
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

const SPLITS_OF: Record<TaskName, readonly string[]> = {
  SmolTalk: ['train', 'test'],
  MMLU: ['train', 'validation', 'dev', 'test'],
  GSM8K: ['train', 'test'],
  CustomJSON: [],
  SimpleSpelling: ['train', 'test'],
  SpellingBee: ['train', 'test'],
}

/** What can be chosen about an entry, with what is chosen. */
export function optionsOf(entry: MixtureEntry): Choice[] {
  const choices: Choice[] = []
  if (entry.task === 'MMLU') {
    choices.push({ key: 'subset', value: entry.subset, values: ['auxiliary_train', 'all'] })
  }
  if (entry.task === 'GSM8K')
    choices.push({ key: 'subset', value: entry.subset, values: ['main', 'socratic'] })
  const values = SPLITS_OF[entry.task]
  if (values.length > 0) choices.push({ key: 'split', value: entry.split ?? 'train', values })
  return choices
}

/** The entry with another subset or split. MMLU's auxiliary_train has only a train split. */
export function withChoice(entry: MixtureEntry, key: 'split' | 'subset', value: string): MixtureEntry {
  switch (entry.task) {
    case 'MMLU': {
      if (key === 'subset' && value === 'auxiliary_train') return { ...entry, subset: value, split: 'train' }
      if (key === 'subset') return { ...entry, subset: 'all', split: 'test' }
      const split = (['train', 'validation', 'dev', 'test'] as const).find((known) => known === value)
      return split ? { ...entry, split } : entry
    }
    case 'GSM8K':
      if (key === 'subset')
        return { ...entry, subset: value === 'socratic' ? ('socratic' as const) : ('main' as const) }
      return { ...entry, split: value === 'test' ? 'test' : 'train' }
    default:
      return { ...entry, split: value === 'test' ? 'test' : 'train' }
  }
}

/** A generated task with another number of rows. */
export function withSize(entry: MixtureEntry, size: number): MixtureEntry {
  return 'size' in entry ? { ...entry, size } : entry
}

/** The entry reading what it reads by itself: the usual word list, the hub's files. A JSONL has none but its own. */
export function withoutFile(entry: MixtureEntry): MixtureEntry {
  if ('word_list' in entry) {
    const { word_list: _, ...rest } = entry
    return rest
  }
  if ('data_files' in entry) {
    const { data_files: _, ...rest } = entry
    return rest
  }
  return entry
}

/** The entry reading another file: the JSONL itself, the word list, or a local parquet in place of the hub's. */
export function withFile(entry: MixtureEntry, path: string): MixtureEntry {
  if (entry.task === 'CustomJSON') return { ...entry, filepath: path }
  if (entry.task === 'SimpleSpelling' || entry.task === 'SpellingBee') return { ...entry, word_list: path }
  return { ...entry, data_files: path }
}

/** The entry with a file below one folder read from the same place below another. Paths that lie elsewhere stay. */
export function movedBelow(entry: MixtureEntry, from: string, to: string): MixtureEntry {
  const moved = (path: string): string =>
    path.startsWith(`${from}/`) ? `${to}${path.slice(from.length)}` : path
  if (entry.task === 'CustomJSON') return { ...entry, filepath: moved(entry.filepath) }
  return 'word_list' in entry && entry.word_list !== undefined
    ? { ...entry, word_list: moved(entry.word_list) }
    : entry
}
