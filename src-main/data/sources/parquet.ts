/**
 * Parquet rows as a task's conversations, in the order of Hugging Face's `shuffle(seed=42)`: decoded and converted
 * once, then read from their store (rows.ts).
 */
import { requireSpace } from '../../files/disk-space'
import type { Conversation } from '../conversation.schema'
import { entryFault } from '../entry-fault'
import { openParquet } from '../files/parquet-rows'
import type { TaskContext } from '../locations'
import { numpyPermutation } from '../random/numpy-permutation'
import { RowFault } from '../tasks/row-fault'
import { HUB_FILES, type ParquetSource } from '../tasks/task-kind'
import { empty, openStore, progress } from './rows'
import type { Task } from './task'

/** The entry's key that a fault names. */
const KEY = HUB_FILES.key

/**
 * A task over parquet files.
 * @param paths paths of the hub's files, or of those that the entry names in their place
 * @throws MidbenchError naming file, row and reason.
 */
export async function openParquetRows(
  source: ParquetSource,
  paths: readonly string[],
  context: TaskContext,
): Promise<Task> {
  const { identity, store } = await openStore({ form: source.form, key: KEY, paths }, context, () =>
    conversationsToKeep(source, paths, context),
  )
  const order = numpyPermutation(42, store.rows)
  return {
    rows: store.rows,
    source: paths.join(', '),
    identity,
    conversation: (row) => store.read(order[row] ?? store.rows),
    close: () => store.close(),
  }
}

async function* conversationsToKeep(
  source: ParquetSource,
  paths: readonly string[],
  context: TaskContext,
): AsyncGenerator<Conversation> {
  const room = (bytes: number): Promise<void> =>
    requireSpace(context.cacheDir, bytes, `decoding ${source.form}`)
  yield* convertedRows(source, paths, context, (row) => source.convert(row), room)
}

/**
 * What `convert` makes of each row, in the order of the files; nothing is kept.
 * @param before called with the rows' bytes before the first one
 * @throws MidbenchError naming file, row and reason.
 */
export async function* convertedRows<T>(
  { form, columns }: Pick<ParquetSource, 'form' | 'columns'>,
  paths: readonly string[],
  context: TaskContext,
  convert: (row: unknown) => T,
  before: (bytes: number) => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<T> {
  const files = await openAll(paths, columns)
  try {
    const total = files.reduce((sum, { file }) => sum + file.rows, 0)
    if (total === 0) throw empty({ key: KEY, paths })
    await before(files.reduce((sum, { file }) => sum + file.uncompressedBytes, 0))
    const report = progress(`decoding ${form}`, total, context)
    for (const { path, file } of files) {
      for await (const { number, value } of file.read(context.signal)) {
        yield convertRow(`${path}, row ${String(number)}`, () => convert(value))
        report()
      }
    }
  } finally {
    await Promise.all(files.map(({ file }) => file.close()))
  }
}

async function openAll(
  paths: readonly string[],
  columns: readonly string[],
): Promise<{ path: string; file: ParquetHandle }[]> {
  const files: { path: string; file: ParquetHandle }[] = []
  try {
    for (const path of paths) files.push({ path, file: await openParquet(path, columns) })
    return files
  } catch (error) {
    await Promise.all(files.map(({ file }) => file.close()))
    throw error
  }
}

type ParquetHandle = Awaited<ReturnType<typeof openParquet>>

function convertRow<T>(where: string, convert: () => T): T {
  try {
    return convert()
  } catch (cause) {
    if (!(cause instanceof RowFault)) throw cause
    throw entryFault(KEY, {
      code: 'data.row',
      message: `${where}: ${cause.message}`,
      remedy: 'Correct or remove that row; rows are never skipped.',
      cause,
    })
  }
}
