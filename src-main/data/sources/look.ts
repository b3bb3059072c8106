/**
 * A look at a source of the task Conversations before it is used. The first rows cost a few milliseconds a file;
 * counting reads everything, and can be cancelled.
 */
import { shownValue } from '../../shown'
import type { RawRow, RawRows } from '../files/raw-rows'
import { isObject, type Columns } from '../formats/format'
import type { Tally } from '../formats/tally.schema'
import type { TaskContext } from '../locations'
import type { Look } from '../look.schema'
import type { ConversationsSource } from '../tasks/task-kind'
import { convertedRows, type ReadFile } from './converted-rows'
import { recogniseFiles } from './recognised-files'
import { empty } from './rows'
import { filesOfSource, SOURCE_KEY } from './source-files'

const SAMPLES = 5
const LISTED_FILES = 100
/** Characters of a row that are shown. */
const SHOWN = 4000

const KINDS = { lines: 'JSON lines', list: 'one JSON list', parquet: 'parquet' } as const

/**
 * @param counts whether all rows are read and counted
 * @throws MidbenchError as opening the task would, but not for rows that cannot be converted
 */
export async function lookAt(
  source: ConversationsSource,
  counts: boolean,
  context: TaskContext,
): Promise<Look> {
  const paths = await filesOfSource(source, context)
  const files = await recogniseFiles(paths, source, context)
  const [first] = files
  if (first === undefined) throw empty({ key: SOURCE_KEY, paths })
  const rows = await first.raw.first(SAMPLES, context)
  return {
    files: files
      .slice(0, LISTED_FILES)
      .map(({ raw }) => ({ path: raw.path, bytes: raw.bytes, kind: kindOf(raw) })),
    fileCount: files.length,
    bytes: files.reduce((sum, { raw }) => sum + raw.bytes, 0),
    format: first.found.format.title,
    about: first.found.format.about,
    columns: columnsOf(first, rows),
    samples: await samplesOf(first, context),
    tally: counts ? await counted(files, context) : null,
  }
}

function kindOf({ container, compression }: RawRows): string {
  return [KINDS[container], compression ?? []].flat().join(', ')
}

/** The columns of the file, or the keys of its first rows, and which part of a conversation each holds. */
function columnsOf({ raw, found }: ReadFile, rows: readonly RawRow[]): Look['columns'] {
  const keys = rows.flatMap((row) => ('value' in row && isObject(row.value) ? Object.keys(row.value) : []))
  return (raw.columns ?? [...new Set(keys)]).map((name) => ({ name, part: partOf(found.columns, name) }))
}

function partOf(columns: Columns, name: string): string | null {
  return Object.entries(columns).find(([, column]) => column === name)?.[0] ?? null
}

async function samplesOf(file: ReadFile, context: TaskContext): Promise<Look['samples']> {
  const samples: Look['samples'] = []
  const rows = convertedRows([file], { signal: context.signal, onProgress: () => undefined })
  for await (const { row, conversation, tally } of rows) {
    const fault = conversation === null ? (tally.faults.at(-1)?.message ?? null) : null
    const before = 'value' in row ? shownJson(row.value) : row.fault
    samples.push({ place: row.place, before, after: conversation, fault })
    if (samples.length === SAMPLES) break
  }
  return samples
}

async function counted(files: readonly ReadFile[], context: TaskContext): Promise<Tally | null> {
  let tally: Tally | null = null
  for await (const row of convertedRows(files, context)) tally = row.tally
  return tally
}

/** A row as JSON on several lines, cut where it is long. Parquet has whole numbers that JSON has no form for. */
function shownJson(value: unknown): string {
  try {
    const plain = (_: string, each: unknown): unknown => (typeof each === 'bigint' ? String(each) : each)
    const text = JSON.stringify(value, plain, 1)
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
  } catch {
    return shownValue(value) // it nests without end
  }
}
