/** The content of a message: a text, or parts of text and, in nanochat's form, of what a calculator is asked and says. */
import type { ContentPart } from '../conversation.schema'
import { shownValue } from '../../shown'
import { ConversionFault, type Reason } from './conversion-fault'
import { isObject, isPresent } from './format'

/** OpenAI's names for a part of text. */
const TEXT = ['text', 'input_text', 'output_text']
const OTHERS: readonly [RegExp, Reason][] = [
  [/image|audio|video|file/, 'media'],
  [/tool|function/, 'tool-calls'],
  [/reason|think/, 'reasoning'],
]

/**
 * @param index the message's number, from 0
 * @param partsStay whether the assistant's parts stay as they are; else parts of text are put together
 * @throws ConversionFault
 */
export function contentOf(
  value: unknown,
  role: string,
  index: number,
  partsStay: boolean,
): string | ContentPart[] {
  if (typeof value === 'string') return value
  if (!isPresent(value) && !Array.isArray(value)) {
    throw new ConversionFault('content', 'it has no content', index)
  }
  if (!Array.isArray(value)) {
    throw new ConversionFault('content', `the content is ${shownValue(value, 40)}; it must be a text`, index)
  }
  const parts = value.map((part) => partOf(part, role, index))
  const isPlain = parts.every(({ type }) => type === 'text')
  if (role === 'assistant' && (partsStay || !isPlain)) return parts
  return parts.map(({ text }) => text).join('')
}

function partOf(part: unknown, role: string, index: number): ContentPart {
  const { type, text } = isObject(part) ? part : {}
  if (typeof type !== 'string') {
    throw new ConversionFault('content', 'a part of the content has no type', index)
  }
  const other = OTHERS.find(([pattern]) => pattern.test(type))
  if (other !== undefined) throw new ConversionFault(other[1], `a part is ${shownValue(type)}`, index)
  const isOurs = role === 'assistant' && (type === 'python' || type === 'python_output')
  if (!isOurs && !TEXT.includes(type)) {
    throw new ConversionFault('content', `a part of the ${role}’s is ${shownValue(type)}`, index)
  }
  if (typeof text !== 'string') {
    throw new ConversionFault('content', `the text of a part is ${shownValue(text, 40)}`, index)
  }
  return { type: isOurs ? type : 'text', text }
}
