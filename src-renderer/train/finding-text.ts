/** A finding of the preflight in words: what is wrong, and what to do about it. */
import type { Finding } from '../api/types'
import { asSentence, isPhrase } from '../format/sentence'

export interface FindingText {
  /** Begins with a small letter where it continues its option's name. */
  text: string
  remedy: string | null
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
