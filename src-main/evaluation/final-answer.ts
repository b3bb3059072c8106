/**
 * The number that an answer ends with, in the form of GSM8K: `#### 42`. SpellingBee answers in the same form. An answer
 * is right where its number has the same text as that of the reference's answer, commas aside: `#### 42.` is not 42.
 */
import type { Conversation } from '../data/conversation.schema'

const FINAL = /#### (-?[0-9.,]+)/

/** The first number after `#### `, without commas; null where there is none. */
export function finalAnswer(text: string): string | null {
  return FINAL.exec(text)?.[1]?.replaceAll(',', '') ?? null
}

/** Whether a completion ends with the number that the conversation's own last message ends with. */
export function hasRightNumber({ messages }: Conversation, completion: string): boolean {
  const expected = finalAnswer(lastText(messages.at(-1)?.content ?? ''))
  return expected !== null && finalAnswer(completion) === expected
}

/** The text that a message ends with. */
function lastText(content: Conversation['messages'][number]['content']): string {
  return typeof content === 'string' ? content : (content.at(-1)?.text ?? '')
}
