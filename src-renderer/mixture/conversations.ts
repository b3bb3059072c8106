/** Entries of the task Conversations as a person edits them: sources one a line, options that are left out by default. */
import { looksLikeDataset, mixtureEntry, REASONS } from '../../src-main/contract/contract'
import type { Look, MixtureEntry } from '../api/types'
import { count, integer } from '../format/number'

export type ConversationsEntry = Extract<MixtureEntry, { task: 'Conversations' }>
type Columns = NonNullable<ConversationsEntry['columns']>

/** The formats, as the entry names them and as people do. */
export const FORMAT_CHOICES = [
  { value: 'auto', title: 'recognised' },
  { value: 'nanochat', title: 'nanochat' },
  { value: 'messages', title: 'OpenAI messages' },
  { value: 'sharegpt', title: 'ShareGPT' },
  { value: 'alpaca', title: 'Alpaca' },
] as const

export const BAD_CHOICES = [
  { value: 'refuse', title: 'refuse the source' },
  { value: 'skip', title: 'leave them out' },
] as const

/** The parts of a format that may lie in columns with other names. */
export function columnParts({ format = 'auto' }: ConversationsEntry): (keyof Columns)[] {
  if (format === 'alpaca') return ['instruction', 'input', 'output', 'system']
  return format === 'auto' ? ['messages', 'instruction', 'output', 'system'] : ['messages', 'system']
}

/** One source a line. */
export function sourcesText({ source }: ConversationsEntry): string {
  return [source].flat().join('\n')
}

/** The entry with other sources; unchanged where there are none. Files have no subset and no split. */
export function withSources(entry: ConversationsEntry, text: string): ConversationsEntry {
  const sources = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
  const [only, ...more] = sources
  if (only === undefined) return entry
  const next = { ...entry, source: more.length === 0 ? only : sources }
  if (mayBeDataset(next)) return next
  const { subset: _, split: __, ...local } = next
  return local
}

/** Whether a source may be a data set, so that subset and split can be named. */
export function mayBeDataset({ source }: ConversationsEntry): boolean {
  return [source].flat().some(looksLikeDataset)
}

/** The entry with an option set; one that is empty or the default is left out. */
export function withOption(
  entry: ConversationsEntry,
  key: 'format' | 'on_bad' | 'subset' | 'split',
  value: string,
): ConversationsEntry {
  const isDefault = ['', 'auto', 'refuse'].includes(value)
  const parsed = mixtureEntry.safeParse({ ...entry, [key]: isDefault ? undefined : value })
  return parsed.success && parsed.data.task === 'Conversations' ? parsed.data : entry
}

/** The entry with the name of a part's column; an empty one is left out. */
export function withColumn(entry: ConversationsEntry, part: keyof Columns, name: string): ConversationsEntry {
  const { [part]: _, ...others } = entry.columns ?? {}
  const columns: Columns = name.trim() === '' ? others : { ...others, [part]: name.trim() }
  const { columns: __, ...rest } = entry
  return Object.keys(columns).length === 0 ? rest : { ...rest, columns }
}

/** How many rows cannot be converted. */
export function badRows(look: Look): number {
  return Object.values(look.tally?.reasons ?? {}).reduce((sum, rows) => sum + rows, 0)
}

/** Each reason with its rows, the most frequent first: "7 with calls of tools". */
export function reasonLines({ tally }: Look): string[] {
  const counted = Object.entries(tally?.reasons ?? {}).sort(([, a], [, b]) => b - a)
  return counted.map(([reason, rows]) => `${integer(rows)} ${REASONS[reason as keyof typeof REASONS]}`)
}

/** What a look found, in a line: "ShareGPT, JSON lines, 1 file". */
export function lookLine({ format, files, fileCount }: Look): string {
  return `${format}, ${files[0]?.kind ?? ''}, ${count(fileCount, 'file')}`
}
