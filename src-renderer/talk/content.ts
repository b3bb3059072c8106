/** The text of an answer's tokens: in parts, where it calls the calculator. */
import type { TalkToken } from '../api/types'
import { isSpecial } from '../format/token'

type Spoken = Pick<TalkToken, 'part' | 'text' | 'piece'>

export interface Part {
  type: TalkToken['part']
  text: string
}
/** As a message of a conversation has it. */
export type Content = string | Part[]

/**
 * The parts of an answer. Special tokens, which add no text, end a part, so that two calls in a row stay two.
 *
 * @param rest what was held back of a last character that was cut off
 */
export function partsOf(tokens: readonly Spoken[], rest = ''): Part[] {
  const parts: Part[] = []
  /** Whether what comes may still belong to the last part. */
  let isOpen = false
  for (const { part, text, piece } of tokens) {
    const last = parts.at(-1)
    const closes = isSpecial(piece) // its text was held back of a character before it
    if (isOpen && last && (closes || last.type === part)) last.text += text
    else if (!closes && text !== '') parts.push({ type: part, text })
    isOpen = !closes && (isOpen || text !== '')
  }
  const last = parts.at(-1)
  if (isOpen && last) last.text += rest
  else if (rest !== '') parts.push({ type: 'text', text: rest })
  return parts
}

/** The content of an answer; plain text where it is nothing else. */
export function contentOf(tokens: readonly Spoken[], rest = ''): Content {
  const parts = partsOf(tokens, rest)
  return parts.every(({ type }) => type === 'text') ? parts.map(({ text }) => text).join('') : parts
}

/** The text of a content, as a person reads it. */
export function textOf(content: Content): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('')
}
