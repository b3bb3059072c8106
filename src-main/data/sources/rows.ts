/** What sources over files share: the conversations made from the files are checked and stored once (row-store.ts). */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Conversation } from '../conversation.schema'
import { entryFault, forKey } from '../entry-fault'
import { fileIdentity } from '../files/identity'
import type { TaskContext } from '../locations'
import { openRowStore, type RowStore } from '../row-store'

/** Must be raised whenever the conversations made from the same files change. */
const VERSION = 1
/** Folder of the stores with checksums; those without, from before 29 November 2026, lie in `rows`. */
const ROWS_FOLDER = 'rows-2'
/** Number of rows between two progress reports. */
const REPORT_EVERY = 2000
/** Bytes of a file between two reports of its hashing. */
const HASHED_AT_ONCE = 100 << 20

/** Files that rows come from. */
export interface RowFiles {
  /** What besides the files decides a row's conversation: `MMLU auxiliary_train`. */
  form: string
  /** The entry's key that names the files. */
  key: string
  paths: readonly string[]
}

/** The store of the conversations in files, named by their form, the code's version and the files' contents. */
export async function openStore(
  files: RowFiles,
  context: TaskContext,
  conversations: (identity: string) => AsyncIterable<Conversation>,
): Promise<{ identity: string; store: RowStore }> {
  const contents = await contentsOf(files, context)
  const identity = createHash('sha256')
    .update(JSON.stringify([VERSION, files.form, contents]))
    .digest('hex')
  const dir = join(context.cacheDir, ROWS_FOLDER, identity)
  const store = await forKey(files.key, files.paths.join(', '), () =>
    openRowStore(dir, () => unchanged(files, contents, context, conversations(identity)), context.onDamage),
  )
  return { identity, store }
}

/** The identities of the files. */
async function contentsOf(files: RowFiles, context: TaskContext): Promise<string[]> {
  const contents: string[] = []
  const { cacheDir, signal, onDamage } = context
  for (const path of files.paths) {
    const onBytes = hashProgress(path, context)
    contents.push(
      await forKey(files.key, path, () => fileIdentity(path, cacheDir, { signal, onDamage, onBytes })),
    )
  }
  return contents
}

/** Reports the hashing of a file about every tenth of a second; small files are done before that. */
function hashProgress(path: string, { onProgress }: TaskContext): (read: number) => void {
  const total = statSync(path, { throwIfNoEntry: false })?.size ?? null
  let told = 0
  return (done) => {
    if (done - told < HASHED_AT_ONCE) return
    told = done
    onProgress({ what: `checking ${path}`, unit: 'bytes', done, total })
  }
}

/** Passes on the conversations, and checks after the last one that the files have not changed since opening. */
async function* unchanged(
  files: RowFiles,
  contents: readonly string[],
  context: TaskContext,
  conversations: AsyncIterable<Conversation>,
): AsyncGenerator<Conversation> {
  yield* conversations
  const now = await contentsOf(files, { ...context, signal: undefined })
  const changed = files.paths.find((_, index) => now[index] !== contents[index])
  if (changed === undefined) return
  throw entryFault(files.key, {
    code: 'data.changed',
    message: `${changed}: the file has changed since it was opened`,
    remedy: 'Try again when nothing writes to it any more.',
  })
}

/** Counts rows; checks the signal and reports progress every few thousand of them. */
export function progress(what: string, total: number, context: TaskContext): () => void {
  let done = 0
  return () => {
    done++
    if (done % REPORT_EVERY !== 0 && done !== total) return
    context.signal?.throwIfAborted()
    context.onProgress({ what, unit: 'rows', done, total })
  }
}

export function empty(files: Pick<RowFiles, 'key' | 'paths'>): Error {
  return entryFault(files.key, {
    code: 'data.empty',
    message: `${files.paths.join(', ')}: there are no rows`,
    remedy: 'Remove the task from the mixture, or name a file with rows.',
  })
}
