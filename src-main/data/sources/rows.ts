/**
 * What tasks over files share: the files' rows are turned into conversations, checked and stored once (row-store.ts).
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { z } from 'zod'
import type { Conversation } from '../conversation.schema'
import { entryFault, forKey } from '../entry-fault'
import { fileIdentity } from '../files/identity'
import { openParquet } from '../files/parquet-rows'
import type { TaskContext } from '../locations'
import { firstFault } from '../../schema-faults'
import { openRowStore, type RowStore } from '../row-store'
import { requireSpace } from '../../files/disk-space'
import { numpyPermutation } from '../random/numpy-permutation'
import type { Task } from './task'

/** Raised whenever the conversations made from the same files change. */
const VERSION = 1
/** Where the stores with checksums lie; those without, of before 29 November 2026, lie in `rows`. */
const ROWS_FOLDER = 'rows-2'
/** Progress is reported every so many rows. */
const REPORT_EVERY = 2000

/** A row that is no conversation; the message is the reason. */
export class RowFault extends Error {}

/** A row's value in the shape a task expects. @throws RowFault naming the field and what is wrong. */
export function parseRow<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RowFault(firstFault(parsed.error, value))
}

export interface ParquetSource {
  /** Kind and options that decide what a row becomes: `MMLU auxiliary_train`. */
  kind: string
  /** The entry's key that names the files. */
  key: string
  paths: readonly string[]
  columns: readonly string[]
  /** The conversation of a row. @throws RowFault */
  convert(row: unknown): Conversation
}

type FileSource = Pick<ParquetSource, 'kind' | 'key' | 'paths'>

/**
 * A task over parquet files in the order Hugging Face's `shuffle(seed=42)` gives them.
 * @throws MidbenchError naming file, row and reason.
 */
export async function openShuffledParquet(source: ParquetSource, context: TaskContext): Promise<Task> {
  const { identity, store } = await openStore(source, context, () => convertParquet(source, context))
  const order = numpyPermutation(42, store.rows)
  return {
    rows: store.rows,
    source: source.paths.join(', '),
    identity,
    conversation: (row) => store.read(order[row] ?? store.rows),
    close: () => store.close(),
  }
}

/** The store of a source's conversations, named by kind, code version and the files' contents. */
export async function openStore(
  source: FileSource,
  context: TaskContext,
  conversations: () => AsyncIterable<Conversation>,
): Promise<{ identity: string; store: RowStore }> {
  const contents = await contentsOf(source, context)
  const identity = createHash('sha256')
    .update(JSON.stringify([VERSION, source.kind, contents]))
    .digest('hex')
  const dir = join(context.cacheDir, ROWS_FOLDER, identity)
  const store = await forKey(source.key, source.paths.join(', '), () =>
    openRowStore(dir, () => unchanged(source, contents, context, conversations()), context.onDamage),
  )
  return { identity, store }
}

/** The identities of a source's files. */
async function contentsOf(source: FileSource, context: TaskContext): Promise<string[]> {
  const contents: string[] = []
  const { cacheDir, signal, onDamage } = context
  for (const path of source.paths) {
    contents.push(await forKey(source.key, path, () => fileIdentity(path, cacheDir, { signal, onDamage })))
  }
  return contents
}

/** Conversations of files that are, when they have all been read, what they were when they were opened. */
async function* unchanged(
  source: FileSource,
  contents: readonly string[],
  context: TaskContext,
  conversations: AsyncIterable<Conversation>,
): AsyncGenerator<Conversation> {
  yield* conversations
  const now = await contentsOf(source, { ...context, signal: undefined })
  const changed = source.paths.find((_, index) => now[index] !== contents[index])
  if (changed === undefined) return
  throw entryFault(source.key, {
    code: 'data.changed',
    message: `${changed}: the file has changed since it was opened`,
    remedy: 'Try again when nothing writes to it any more.',
  })
}

async function* convertParquet(source: ParquetSource, context: TaskContext): AsyncGenerator<Conversation> {
  const files = await openAll(source)
  try {
    const total = files.reduce((sum, { file }) => sum + file.rows, 0)
    if (total === 0) throw empty(source)
    const bytes = files.reduce((sum, { file }) => sum + file.uncompressedBytes, 0)
    await requireSpace(context.cacheDir, bytes, `decoding ${source.kind}`)
    const report = progress(`decoding ${source.kind}`, total, context)
    for (const { path, file } of files) {
      for await (const { number, value } of file.read(context.signal)) {
        yield convertRow(source, `${path}, row ${String(number)}`, () => source.convert(value))
        report()
      }
    }
  } finally {
    await Promise.all(files.map(({ file }) => file.close()))
  }
}

async function openAll(source: ParquetSource): Promise<{ path: string; file: ParquetHandle }[]> {
  const files: { path: string; file: ParquetHandle }[] = []
  try {
    for (const path of source.paths) files.push({ path, file: await openParquet(path, source.columns) })
    return files
  } catch (error) {
    await Promise.all(files.map(({ file }) => file.close()))
    throw error
  }
}

type ParquetHandle = Awaited<ReturnType<typeof openParquet>>

/** Counts rows; heeds the signal and reports every few thousand of them. */
export function progress(what: string, total: number, context: TaskContext): () => void {
  let done = 0
  return () => {
    done++
    if (done % REPORT_EVERY !== 0 && done !== total) return
    context.signal?.throwIfAborted()
    context.onProgress({ what, unit: 'rows', done, total })
  }
}

function convertRow(
  source: Pick<ParquetSource, 'key'>,
  where: string,
  convert: () => Conversation,
): Conversation {
  try {
    return convert()
  } catch (cause) {
    if (!(cause instanceof RowFault)) throw cause
    throw entryFault(source.key, {
      code: 'data.row',
      message: `${where}: ${cause.message}`,
      remedy: 'Correct or remove that row; rows are never skipped.',
      cause,
    })
  }
}

export function empty(source: Pick<ParquetSource, 'key' | 'paths'>): Error {
  return entryFault(source.key, {
    code: 'data.empty',
    message: `${source.paths.join(', ')}: there are no rows`,
    remedy: 'Remove the task from the mixture, or name a file with rows.',
  })
}
