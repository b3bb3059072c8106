/** An open task: a dataset of conversations. */
import type { Conversation } from '../conversation.schema'

export interface Task {
  /** Rows of the whole dataset. */
  readonly rows: number
  /** Names of the files or the generator, for people. */
  readonly source: string
  /** Equal identities give equal conversations: a hash over files, options and the code's version. */
  readonly identity: string
  /** The conversation of a row, in the task's own order; a promise while its stored row is made again. */
  conversation(row: number): Conversation | Promise<Conversation>
  close(): void
}
