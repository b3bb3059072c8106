/**
 * Which format a file's rows have, by its first rows: the first of them that is in a format decides. Whether each row
 * then converts is another question.
 */
import { shownText } from '../../shown'
import { isChat } from './chat'
import { FORMATS } from './formats'
import { isObject, type Columns, type ConversationFormat, type FormatName } from './format'

/** How many rows are looked at. */
export const LOOKED_AT = 20

export interface Recognised {
  format: ConversationFormat
  columns: Columns
}

export interface Wanted {
  format: FormatName | 'auto'
  columns: Columns
}

/**
 * @param rows the first rows that are JSON at all
 * @returns what they are, or why that cannot be said
 */
export function recognise(
  rows: readonly unknown[],
  { format, columns }: Wanted,
): Recognised | { fault: string } {
  const tried = FORMATS.filter(({ name }) => format === 'auto' || name === format)
  const found = firstFound(rows, tried, columns)
  if (found !== null && !('fault' in found)) return withoutColumn(rows, columns) ?? found
  if (found !== null) return found
  const other = firstFound(rows, FORMATS, {})
  if (other === null || 'fault' in other || other.format.name === format)
    return { fault: noneOf(rows, columns) }
  const wanted = FORMATS.find(({ name }) => name === format)
  if (wanted === undefined) return { fault: noneOf(rows, columns) }
  const { title, about } = other.format
  return { fault: `this looks like ${title} (${about}); the entry says ${wanted.name}` }
}

/** Whether an array is one conversation, by its first element: the rows of the file are then its lines. */
export function isMessage(element: unknown): boolean {
  return isChat([element], 'role') || isChat([element], 'from')
}

function firstFound(
  rows: readonly unknown[],
  formats: readonly ConversationFormat[],
  asked: Columns,
): Recognised | { fault: string } | null {
  for (const row of rows) {
    for (const format of formats) {
      const [columns, second] = format.find(row, asked)
      if (columns === undefined) continue
      if (second === undefined) return { format, columns }
      const names = format.find(row, asked).map(({ messages = '' }) => shownText(messages))
      return { fault: `several columns hold messages: ${names.join(', ')}; name one with columns.messages` }
    }
  }
  return null
}

/** Names a column that was asked for and that no row has: its part would silently be left out. */
function withoutColumn(rows: readonly unknown[], asked: Columns): { fault: string } | null {
  const keys = new Set(rows.filter(isObject).flatMap(Object.keys))
  const named = Object.values<string | undefined>({ ...asked })
  const missing = named.find((name) => name !== undefined && !keys.has(name))
  if (missing === undefined) return null
  const there =
    keys.size === 0 ? 'its rows are lists' : `its columns are ${shownText([...keys].join(', '), 400)}`
  return { fault: `there is no column ${shownText(missing)}; ${there}` }
}

function noneOf(rows: readonly unknown[], { messages }: Columns): string {
  const [first] = rows
  const keys = isObject(first) ? Object.keys(first) : null
  const what =
    messages === undefined
      ? 'no conversations are found in it'
      : `its ${shownText(messages)} holds no messages`
  if (keys === null) return `${what}: its rows are ${Array.isArray(first) ? 'lists' : 'no objects'}`
  return `${what}; its columns are ${shownText(keys.join(', '), 400)}`
}
