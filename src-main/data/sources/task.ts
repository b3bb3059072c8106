/**
 * What a task is to the rest of the project: a dataset of conversations. Each task is one file in this folder that
 * exports a {@link TaskKind}; open-task.ts lists them. Slicing (start, stop, step), repeating and mixing are done above
 * and need nothing of a task.
 */
import type { Conversation } from '../conversation.schema'
import type { TaskContext } from '../locations'
import type { MixtureEntry } from '../mixture.schema'

export interface Task {
  /** Rows of the whole dataset. */
  readonly rows: number
  /** Files or generator, for people. */
  readonly source: string
  /** Equal identities give equal conversations: a hash over files, options and the code's version. */
  readonly identity: string
  /** The conversation of a row, in the task's own order; a promise while what is kept of it is made again. */
  conversation(row: number): Conversation | Promise<Conversation>
  close(): void
}

/** How one kind of task is described and opened. */
export interface TaskKind<Entry extends MixtureEntry> {
  /** One line for people: `MMLU auxiliary_train train`. */
  label(entry: Entry): string
  /**
   * @throws MidbenchError whose issue's path is the entry's key at fault (`filepath`, `data_files`, `word_list`), with
   *   file, row and reason in the message.
   */
  open(entry: Entry, context: TaskContext): Promise<Task>
}
