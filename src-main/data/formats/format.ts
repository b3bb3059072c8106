/**
 * A format in which people have conversations: how a row of it is recognised, and how it becomes a conversation. Each
 * format is a file in this folder and a line in formats.ts. Pure: the window shows their names.
 */
import type { Conversation } from '../conversation.schema'

export type FormatName = 'nanochat' | 'messages' | 'sharegpt' | 'alpaca'

/**
 * The columns (or keys) in which a format's parts lie, for all rows of a file: a row may lack a column that is named. A
 * part that is not named is not there; only the system message then has its usual columns.
 */
export interface Columns {
  /** The list of messages; without it the row itself is the list. */
  readonly messages?: string | undefined
  readonly system?: string | undefined
  readonly instruction?: string | undefined
  readonly input?: string | undefined
  readonly output?: string | undefined
  readonly history?: string | undefined
}

export interface ConversationFormat {
  readonly name: FormatName
  readonly title: string
  /** What a row of it looks like. */
  readonly about: string
  /**
   * In which columns a row holds this format: none where it does not, several where it does more than once.
   *
   * @param asked the columns that the person named
   */
  find(row: unknown, asked: Columns): Columns[]
  /** The row's conversation, with nothing lost. @throws ConversionFault */
  convert(row: unknown, columns: Columns): Conversation
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value says something: parquet has null where JSON has nothing, and some files the text of an empty list. */
export function isPresent(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false
  if (typeof value === 'string') return !['', '[]', '{}', 'null', 'None'].includes(value.trim())
  return typeof value !== 'object' || Object.values(value).some((part) => part !== null)
}
