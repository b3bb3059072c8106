/**
 * The rows of parquet files, a row group at a time: only one group's rows are in memory, in up to four times their
 * bytes. Strings keep a leading U+FEFF, which parquet libraries drop. A row of chat takes 10 µs; the thread can do
 * other work between rows. The decoder cannot be interrupted: a group of more than {@link ROWS_HERE} rows has a thread
 * of its own.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { MidbenchError } from '../../errors'
import { decodedInThread } from './parquet-group'
import { shownText } from '../../shown'
import { readAt } from '../../files/read-exactly'
import { requireContents } from '../../files/regular-file'

/** Number of rows after which a cancel or another call can come in. */
const ROWS_AT_ONCE = 100
/**
 * Rows of the largest group that is decoded in the calling thread: the hub's files have 1,000 a group, but some files
 * are one group.
 */
const ROWS_HERE = 2000

export interface ParquetRow {
  /** Number in the file, from 0. */
  number: number
  /** Fields by column; the reader has to check their contents. */
  value: unknown
}

export interface ParquetFile {
  readonly rows: number
  /** Uncompressed bytes of all the columns that are read. */
  readonly uncompressedBytes: number
  /** All rows in order. @throws MidbenchError `data.unreadable`; the signal's reason when it is aborted */
  read(signal?: AbortSignal): AsyncGenerator<ParquetRow>
  /** The fields of the first rows. @throws MidbenchError `data.unreadable` */
  first(count: number): Promise<unknown[]>
  /** The fields of each row of the group of that index, decoded at once. @throws MidbenchError `data.unreadable` */
  decode(group: number): Promise<unknown[]>
  close(): Promise<void>
}

/**
 * Opens a parquet file and checks its footer and columns.
 * @throws MidbenchError `data.unreadable` where it is no whole parquet file, `data.schema` for missing columns,
 *   `file.*` where it is no file, empty or a Git LFS pointer; the file system's error when the file cannot be opened.
 */
export async function openParquet(path: string, columns: readonly string[]): Promise<ParquetFile> {
  const { handle, file, metadata } = await openFooter(path)
  try {
    checkColumns(path, metadata, columns)
    const opened = { path, file, metadata, columns }
    return {
      rows: Number(metadata.num_rows),
      uncompressedBytes: uncompressedBytes(metadata, columns),
      read: (signal) => readGroups(opened, signal),
      first: (count) => decodeRows(opened, 0, Math.min(count, Number(metadata.num_rows)), 'its first rows'),
      decode: (group) => decodeGroup(opened, group),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** The names of a parquet file's columns. @throws as {@link openParquet} */
export async function columnsOf(path: string): Promise<string[]> {
  const { handle, metadata } = await openFooter(path)
  await handle.close()
  return topLevelColumns(metadata)
}

async function openFooter(
  path: string,
): Promise<{ handle: FileHandle; file: AsyncBuffer; metadata: FileMetaData }> {
  await requireContents(path)
  const handle = await open(path, 'r')
  try {
    const file = fileBuffer(handle, (await handle.stat()).size)
    return { handle, file, metadata: await explained(path, 'the footer', () => parquetMetadataAsync(file)) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A file whose footer has been read. */
interface Opened {
  path: string
  file: AsyncBuffer
  metadata: FileMetaData
  columns: readonly string[]
}

async function* readGroups(opened: Opened, signal: AbortSignal | undefined): AsyncGenerator<ParquetRow> {
  const { path, columns, metadata } = opened
  let number = 0
  for (const [group, { num_rows }] of metadata.row_groups.entries()) {
    const slices =
      num_rows > ROWS_HERE
        ? decodedInThread({ path, columns, group }, signal)
        : [await decodeGroup(opened, group)]
    for await (const rows of slices) {
      for (const value of rows) {
        if (number % ROWS_AT_ONCE === 0) {
          await setImmediate()
          signal?.throwIfAborted()
        }
        yield { number: number++, value }
      }
    }
  }
}

async function decodeGroup(opened: Opened, group: number): Promise<unknown[]> {
  const { metadata } = opened
  const sizes = metadata.row_groups.map(({ num_rows }) => Number(num_rows))
  const rowStart = sizes.slice(0, group).reduce((sum, size) => sum + size, 0)
  const rowEnd = rowStart + (sizes[group] ?? 0)
  const rows = await decodeRows(
    opened,
    rowStart,
    rowEnd,
    `row group ${String(group)} (from row ${String(rowStart)})`,
  )
  if (rows.length === rowEnd - rowStart) return rows
  throw unreadable(
    opened.path,
    `row group ${String(group)} holds ${String(rows.length)} rows and announces more`,
  )
}

function decodeRows(
  { path, file, metadata, columns }: Opened,
  rowStart: number,
  rowEnd: number,
  what: string,
): Promise<unknown[]> {
  return explained(path, what, () =>
    parquetReadObjects({
      file,
      metadata,
      columns: [...columns],
      rowStart,
      rowEnd,
      compressors,
      parsers: { stringFromBytes: (bytes) => utf8.decode(bytes) },
    }),
  )
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A file in the form that hyparquet reads; a slice beyond the end is an error, not a shorter slice. */
function fileBuffer(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const length = end - start
      if (start < 0 || length < 0 || end > byteLength) throw new RangeError('it points past its own end')
      const bytes = await readAt(handle, start, length)
      if (bytes === undefined) throw new RangeError('it was cut while it was read')
      return bytes.buffer
    },
  }
}

function checkColumns(path: string, metadata: FileMetaData, columns: readonly string[]): void {
  const found = topLevelColumns(metadata)
  const missing = columns.filter((column) => !found.includes(column))
  if (missing.length === 0) return
  throw new MidbenchError({
    code: 'data.schema',
    message: `${path}: it has no column ${missing.join(', ')}; its columns are ${found.join(', ')}`,
    remedy: 'Name a file of the dataset and subset that the task reads.',
  })
}

/** The root's children in the schema, a tree that is written depth first. */
function topLevelColumns(metadata: FileMetaData): string[] {
  const names: string[] = []
  let at = 1
  const skip = (): void => {
    const children = metadata.schema[at++]?.num_children ?? 0
    for (let i = 0; i < children; i++) skip()
  }
  while (at < metadata.schema.length) {
    names.push(metadata.schema[at]?.name ?? '')
    skip()
  }
  return names
}

function uncompressedBytes(metadata: FileMetaData, columns: readonly string[]): number {
  let bytes = 0
  for (const group of metadata.row_groups) {
    for (const column of group.columns) {
      const top = column.meta_data?.path_in_schema[0]
      if (top !== undefined && columns.includes(top)) {
        bytes += Number(column.meta_data?.total_uncompressed_size ?? 0)
      }
    }
  }
  return bytes
}

async function explained<T>(path: string, what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw unreadable(path, `${what} cannot be read: ${reasonOf(cause)}`, cause)
  }
}

/** The library's message, where it is about the file and not about the library's own code. */
function reasonOf(cause: unknown): string {
  const said = cause instanceof Error && !(cause instanceof TypeError) ? shownText(cause.message, 200) : ''
  return said === '' || /undefined/.test(said) ? 'its bytes are not as parquet has them' : said
}

function unreadable(path: string, reason: string, cause?: unknown): MidbenchError {
  return new MidbenchError(
    {
      code: 'data.unreadable',
      message: `${path}: ${reason}`,
      remedy: 'The file may be cut or no parquet file; download or copy it again.',
    },
    { cause },
  )
}
