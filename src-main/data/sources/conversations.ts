/**
 * Conversations of any format as a task: files are found, their format recognised by their first rows, and each row
 * converted once into the row store (rows.ts), in the order of the files. Rows that cannot be converted are counted by
 * reason; they stop the opening, or are left out where the entry says so. How many were left out is kept beside the
 * store.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MidbenchError } from '../../errors'
import { makeFile } from '../../files/durable'
import { parsedOrNull } from '../../files/json-text'
import type { Conversation } from '../conversation.schema'
import { badRows, reasonsText, tally as tallySchema, type Tally } from '../formats/tally.schema'
import type { TaskContext } from '../locations'
import type { ConversationsSource } from '../tasks/task-kind'
import { convertedRows, type ReadFile } from './converted-rows'
import { recogniseFiles } from './recognised-files'
import { empty, openStore } from './rows'
import { filesOfSource, SOURCE_KEY } from './source-files'
import type { Task } from './task'

/** Raised whenever a format converts rows otherwise than before: rows stored before are then not used. */
const CONVERSION = 2
/** Folder of how many rows were left out of a store, by the store's name. */
const SKIPPED_FOLDER = 'rows-skipped'

/** @throws MidbenchError naming file, row and reason. */
export async function openConversations(source: ConversationsSource, context: TaskContext): Promise<Task> {
  const paths = await filesOfSource(source, context)
  const files = await recogniseFiles(paths, source, context)
  const formats = files.map(({ found }) => [found.format.name, found.columns])
  const form = ['Conversations', CONVERSION, source.onBad, formats]
  const rowFiles = { form: JSON.stringify(form), key: SOURCE_KEY, paths }
  const fileOf = (identity: string): string => join(context.cacheDir, SKIPPED_FOLDER, `${identity}.json`)
  const { identity, store } = await openStore(rowFiles, context, (name) =>
    storedRows(files, source, context, fileOf(name)),
  )
  const skipped = source.onBad === 'skip' ? await skippedOf(fileOf(identity), files, context) : null
  return {
    rows: store.rows,
    source: paths.join(', '),
    identity,
    ...(skipped === null || badRows(skipped) === 0 ? {} : { skipped }),
    conversation: (row) => store.read(row),
    close: () => store.close(),
  }
}

/** @param report where the count of rows left out is kept */
async function* storedRows(
  files: readonly ReadFile[],
  { onBad }: ConversationsSource,
  context: TaskContext,
  report: string,
): AsyncGenerator<Conversation> {
  let tally: Tally | undefined
  let rows = 0
  for await (const row of convertedRows(files, context)) {
    tally = row.tally
    if (row.conversation === null || (onBad === 'refuse' && badRows(tally) > 0)) continue
    rows++
    yield row.conversation
  }
  const paths = files.map(({ raw }) => raw.path)
  if (tally === undefined) throw empty({ key: SOURCE_KEY, paths })
  if (onBad === 'refuse' && badRows(tally) > 0) throw refused(paths, tally)
  if (rows === 0) throw refused(paths, tally)
  if (onBad === 'skip') await makeFile(report, JSON.stringify(tally))
}

/** The count kept beside a store; counted again where it was deleted. */
async function skippedOf(path: string, files: readonly ReadFile[], context: TaskContext): Promise<Tally> {
  const text = await readFile(path, 'utf8').catch(() => null)
  const kept = text === null ? null : tallySchema.safeParse(parsedOrNull(text))
  if (kept?.success === true) return kept.data
  let tally: Tally | undefined
  for await (const row of convertedRows(files, context)) tally = row.tally
  if (tally === undefined) throw empty({ key: SOURCE_KEY, paths: files.map(({ raw }) => raw.path) })
  await makeFile(path, JSON.stringify(tally))
  return tally
}

function refused(paths: readonly string[], tally: Tally): MidbenchError {
  const [first] = tally.faults
  const [bad, rows] = [badRows(tally), tally.rows].map((count) => count.toLocaleString('en-US'))
  const where =
    paths.length === 1 ? (paths[0] ?? '') : `${paths[0] ?? ''} and ${String(paths.length - 1)} more`
  const all = badRows(tally) === tally.rows
  const share = all ? `none of its ${rows ?? ''} rows can` : `${bad ?? ''} of its ${rows ?? ''} rows cannot`
  const begin = first === undefined ? '' : `; the first: ${first.path}: ${first.message}`
  const message = `${where}: ${share} be converted (${reasonsText(tally)})${begin}`
  const others = tally.faults.slice(1).map((fault) => `${fault.path}: ${fault.message}`)
  return new MidbenchError({
    code: 'data.row',
    message,
    remedy: all
      ? 'Name a source of another kind, or correct its rows.'
      : 'Set on_bad to "skip" to leave such rows out, or correct them.',
    issues: [message, ...others].map((each) => ({ path: SOURCE_KEY, message: each })),
  })
}
