/**
 * Alpaca's rows: an instruction, an input that may be empty, and an output; in some files also a system message and a
 * history of earlier questions and answers. The input follows the instruction after an empty line, as a system message
 * is put before a user's.
 */
import type { Conversation } from '../conversation.schema'
import { shownValue } from '../../shown'
import { ConversionFault } from './conversion-fault'
import { isObject, isPresent, type Columns, type ConversationFormat } from './format'
import { refuseLost } from './lost'

const PARTS = ['instruction', 'input', 'output', 'system', 'history'] as const

export const alpaca: ConversationFormat = {
  name: 'alpaca',
  title: 'Alpaca',
  about: 'an object with instruction, input and output',
  find(row, asked) {
    if (!isObject(row)) return []
    const { instruction = 'instruction', output = 'output' } = asked
    if (!(instruction in row) || !(output in row)) return []
    // The other parts are named even where this row has none of them: a later one may.
    return [Object.fromEntries(PARTS.map((part) => [part, asked[part] ?? part]))]
  },
  convert: convertAlpaca,
}

function convertAlpaca(row: unknown, columns: Columns): Conversation {
  if (!isObject(row)) throw new ConversionFault('other-format', 'it is no object with instruction and output')
  refuseLost(row, null)
  const text = (part: 'instruction' | 'input' | 'output' | 'system'): string => textOf(row, columns, part)
  const question = [text('instruction'), text('input')].filter((each) => each !== '').join('\n\n')
  const [answer, system] = [text('output'), text('system')]
  if (question === '') throw new ConversionFault('empty', 'instruction and input are empty')
  if (answer === '') throw new ConversionFault('empty', 'the output is empty')
  return {
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...historyOf(columns.history === undefined ? null : row[columns.history]),
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  }
}

function textOf(
  row: Readonly<Record<string, unknown>>,
  columns: Columns,
  part: 'instruction' | 'input' | 'output' | 'system',
): string {
  const column = columns[part]
  const value = column === undefined ? '' : row[column]
  if (typeof value === 'string') return value
  const isNeeded = part === 'instruction' || part === 'output'
  if (value === undefined && isNeeded) {
    const keys = Object.keys(row).slice(0, 8).join(', ')
    throw new ConversionFault('other-format', `it has no ${column ?? part}; it has ${shownValue(keys)}`)
  }
  if (value === null || value === undefined) return ''
  throw new ConversionFault('content', `${column ?? part} is ${shownValue(value, 40)}; it must be a text`)
}

/** Earlier turns: a list of pairs of a question and an answer. */
function historyOf(value: unknown): Conversation['messages'] {
  if (!isPresent(value)) return []
  return listOf(value).flatMap((pair) => {
    const [user, assistant, ...more] = listOf(pair)
    if (typeof user !== 'string' || typeof assistant !== 'string' || more.length > 0) {
      throw new ConversionFault('content', 'the history is no list of pairs of a question and an answer')
    }
    return [
      { role: 'user' as const, content: user },
      { role: 'assistant' as const, content: assistant },
    ]
  })
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
