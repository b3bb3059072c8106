/** An open task: a dataset of conversations. */
import type { DatasetPlace } from '../dataset-place.schema'
import type { Conversation } from '../conversation.schema'
import type { Tally } from '../formats/tally.schema'

export interface Task {
  /** Rows of the whole dataset. */
  readonly rows: number
  /** Names of the files or the generator, for people. */
  readonly source: string
  /** Where a data set of the hub was found; undefined for everything else. */
  readonly place?: DatasetPlace | undefined
  /** Equal identities give equal conversations: a hash over files, options and the code's version. */
  readonly identity: string
  /** The rows that were left out, and why; where none was, there is nothing. */
  readonly skipped?: Tally
  /** The conversation of a row, in the task's own order; a promise while its stored row is made again. */
  conversation(row: number): Conversation | Promise<Conversation>
  close(): void
}
