/**
 * The rows of a file as people have them, before anybody knows what they mean: lines of JSON, the items of one JSON
 * array, either of them compressed, or parquet. What a file is, its bytes say and not its name. Streamed; a file of any
 * size costs one row and some blocks of memory.
 */
import { stat } from 'node:fs/promises'
import { parsePythonJson } from '../../files/json-text'
import { requireContents } from '../../files/regular-file'
import { compressionOf, decompressed, firstBytes, type Compression, type ReadOptions } from './decompressed'
import { jsonItems } from './json-items'
import { columnsOf, openParquet } from './parquet-rows'
import { pythonStrip } from './text'
import { streamLines } from './text-lines'

export type RawRow = {
  /** `line 12`, `item 12` (from 1), `row 12` (from 0). */
  place: string
} & ({ value: unknown } | { /** Why it is no value: `it is not JSON (…)`. */ fault: string })

export interface RawRows {
  readonly path: string
  readonly bytes: number
  readonly container: 'lines' | 'list' | 'parquet'
  readonly compression: Compression | null
  /** A parquet file's columns; null where each row has keys of its own. */
  readonly columns: readonly string[] | null
  /** The first rows, without reading further. @throws as read */
  first(count: number, options?: ReadOptions): Promise<RawRow[]>
  /**
   * All rows in order.
   *
   * @param columns those that are read of a parquet file
   * @throws MidbenchError naming the file; the signal's reason
   */
  read(columns: readonly string[], options?: ReadOptions): AsyncGenerator<RawRow>
}

/**
 * Looks at a file's first bytes.
 *
 * @param isRow whether an array is one row of a file of lines, by its first element; else its elements are the rows
 * @throws MidbenchError `file.*`, `data.unreadable`; the file system's error; the signal's reason
 */
export async function openRawRows(
  path: string,
  isRow: (element: unknown) => boolean,
  options: ReadOptions = {},
): Promise<RawRows> {
  await requireContents(path)
  const { size } = await stat(path)
  if ((await firstBytes(path, 4)).toString('latin1') === 'PAR1') return parquetRows(path, size)
  const compression = await compressionOf(path)
  const isList = await holdsOneList(path, isRow, options)
  const read = isList ? items : lines
  return {
    path,
    bytes: size,
    container: isList ? 'list' : 'lines',
    compression,
    columns: null,
    first: (count, reading = {}) => firstOf(read(path, reading), count),
    read: (_, reading = {}) => read(path, reading),
  }
}

async function parquetRows(path: string, bytes: number): Promise<RawRows> {
  const columns = await columnsOf(path)
  return {
    path,
    bytes,
    container: 'parquet',
    compression: null,
    columns,
    async first(count, { signal } = {}) {
      signal?.throwIfAborted()
      const file = await openParquet(path, columns)
      try {
        const rows = await file.first(count)
        return rows.map((value, number) => ({ place: `row ${String(number)}`, value }))
      } finally {
        await file.close()
      }
    },
    async *read(chosen, { signal, onBytes } = {}) {
      const file = await openParquet(path, chosen)
      try {
        for await (const { number, value } of file.read(signal)) {
          onBytes?.(Math.round((bytes * (number + 1)) / file.rows))
          yield { place: `row ${String(number)}`, value }
        }
      } finally {
        await file.close()
      }
    },
  }
}

async function* lines(path: string, options: ReadOptions): AsyncGenerator<RawRow> {
  for await (const { number, text: raw } of streamLines(decompressed(path, options), path)) {
    options.signal?.throwIfAborted()
    // Editors put a byte order mark before the first line; it is not part of the text.
    const text = pythonStrip(number === 1 && raw.startsWith('\ufeff') ? raw.slice(1) : raw)
    if (text !== '') yield parsed(`line ${String(number)}`, text)
  }
}

async function* items(path: string, options: ReadOptions): AsyncGenerator<RawRow> {
  for await (const { number, text } of jsonItems(decompressed(path, options), path)) {
    options.signal?.throwIfAborted()
    yield parsed(`item ${String(number)}`, text)
  }
}

/** Matches what V8 quotes of a text: `, "root:x:0:0"... is not valid JSON`. */
const EXCERPT = /, (?:\.{3})?".*"(?:\.{3})? is not valid JSON$/s

function parsed(place: string, text: string): RawRow {
  try {
    return { place, value: parsePythonJson(text) }
  } catch (error) {
    // Leaves out V8's excerpt: the reader of the message may not be allowed to read the file.
    const reason = error instanceof Error ? ` (${error.message.replace(EXCERPT, '')})` : ''
    return { place, fault: `it is not JSON${reason}` }
  }
}

/** Whether a file is one array whose elements are its rows. */
async function holdsOneList(
  path: string,
  isRow: (element: unknown) => boolean,
  options: ReadOptions,
): Promise<boolean> {
  if (!(await beginsWithBracket(path, options))) return false
  try {
    for await (const { text } of jsonItems(decompressed(path, options), path)) {
      const element = parsed('', text)
      return 'value' in element && !isRow(element.value)
    }
  } catch {
    options.signal?.throwIfAborted()
    // What is wrong with it is said when it is read.
  }
  return false
}

async function beginsWithBracket(path: string, options: ReadOptions): Promise<boolean> {
  for await (const block of decompressed(path, options)) {
    const text = pythonStrip(block.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, ''))
    if (text !== '') return text.startsWith('[')
  }
  return false
}

async function firstOf(rows: AsyncGenerator<RawRow>, count: number): Promise<RawRow[]> {
  const first: RawRow[] = []
  if (count <= 0) return first
  for await (const row of rows) if (first.push(row) >= count) break
  return first
}
