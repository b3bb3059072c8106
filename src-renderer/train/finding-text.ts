/** A finding of the preflight in words: what is wrong, and what to do about it. */
import type { Finding } from '../api/types'

export interface FindingText {
  /** Begins small where it goes on from its option's name. */
  text: string
  remedy: string | null
}

/** Whether it goes on from what stands before it; a sentence of its own begins with a capital. */
export function isPhrase(text: string): boolean {
  return /^\p{Ll}/u.test(text)
}

/** `is 1.5` and `it must be a whole number` are one statement; a remedy that is a sentence stays by itself. */
export function findingText({ message, remedy }: Finding): FindingText {
  if (remedy === undefined) return { text: message, remedy: null }
  return isPhrase(remedy) ? { text: `${message}; ${remedy}`, remedy: null } : { text: message, remedy }
}

/** Both on one line. */
export function findingLine(finding: Finding): string {
  const { text, remedy } = findingText(finding)
  return remedy === null ? text : `${asSentence(text)} ${remedy}`
}

export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
