/** A kept question in words: what was asked, what was wanted, and an answer in its parts. Pure. */
import type { ContentPart, Conversation } from '../data/conversation.schema'
import { finalAnswer } from './final-answer'
import type { MeasuredQuestion } from './measurements.schema'

/** The text of a message, its parts one after another. */
function textOf(content: Conversation['messages'][number]['content'] | undefined): string {
  if (content === undefined || typeof content === 'string') return content ?? ''
  return content.map(({ text }) => text).join('')
}

/** What was asked: the messages before the right answer. */
export function askedText({ conversation: { messages } }: Pick<MeasuredQuestion, 'conversation'>): string {
  return messages
    .slice(0, -1)
    .map(({ content }) => textOf(content))
    .join('\n')
}

/** The letter or the number that is right; null for a program, which is right where its test passes. */
export function wantedAnswer({ conversation, letters }: MeasuredQuestion): string | null {
  const right = textOf(conversation.messages.at(-1)?.content)
  return letters === undefined ? finalAnswer(right) : right
}

const PARTS = /<\|(python|output)_start\|>(.*?)(?:<\|\1_end\|>|$)/gs

/**
 * An answer with special tokens as text, in parts: what is said, what is handed to the calculator, and what the
 * calculator put in. A part that is not closed reaches to the end.
 */
export function completionParts(completion: string): ContentPart[] {
  const parts: ContentPart[] = []
  let from = 0
  for (const { 0: whole, 1: name, 2: text = '', index } of completion.matchAll(PARTS)) {
    parts.push({ type: 'text', text: completion.slice(from, index) })
    parts.push({ type: name === 'python' ? 'python' : 'python_output', text })
    from = index + whole.length
  }
  parts.push({ type: 'text', text: completion.slice(from) })
  return parts.filter(({ type, text }) => type !== 'text' || text !== '')
}
