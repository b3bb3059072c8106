/**
 * A mixture: the rows of all its tasks in the reference's shuffled order (reference §1).
 */
import type { Conversation } from './conversation.schema'
import type { MixtureEntry } from './mixture.schema'

/** One task of a mixture, as people see it. */
export interface TaskInfo {
  /** Index in {@link Mixture.tasks}. */
  index: number
  /** Index in the config's list; the repeats of an entry share it. */
  entry: number
  name: string
  label: string
  split: string | null
  /** Rows, after start, stop and step. */
  length: number
  /** File or generator, for people. */
  source: string
}

export interface Mixture {
  /** Conversations in one pass over the mixture. */
  readonly length: number
  readonly tasks: readonly TaskInfo[]
  /** The task and the task's row at a place in the shuffled order. */
  locate(index: number): { task: number; row: number }
  /** The conversation at a place in the shuffled order. */
  conversation(index: number): Promise<Conversation>
  taskConversation(task: number, row: number): Promise<Conversation>
  /** Closes files; nothing else may be called after it. */
  close(): Promise<void>
}

/** Where data lies. */
export interface DataLocations {
  /** The nanochat folder: words_alpha.txt, identity_conversations.jsonl. */
  baseDir: string
  /** Folder of the config file; relative paths start here. */
  configDir: string
  /** Folder for decoded rows and rendered ids; may be deleted at any time no run is using it. */
  cacheDir: string
}

/** What a long opening reports and heeds. */
export interface OpenOptions {
  signal?: AbortSignal
  onProgress?: (progress: OpenProgress) => void
}

export interface OpenProgress {
  /** What is being done, for people: `decoding train-00000-of-00004.parquet`. */
  what: string
  done: number
  total: number
}

/**
 * Opens every task of a mixture, decoding what has not been decoded before.
 * @throws MidbenchError that names the entry (issue path `mixture.train.2.filepath`), the file, the row and the reason,
 *   before anything runs.
 */
export function openMixture(
  entries: readonly MixtureEntry[],
  locations: DataLocations,
  options: OpenOptions = {},
): Promise<Mixture> {
  options.signal?.throwIfAborted()
  return Promise.reject(new Error(`${String(entries.length)} ${locations.configDir}: tasks are not here yet`))
}
