/** Why a run cannot start, on one line. */
import type { Finding } from '../api/types'
import { asSentence, isPhrase } from '../format/sentence'
import { findingText } from './finding-text'

/** `Cannot start: device_batch_size is 1.5; it must be a whole number. 2 more blockers are in the preflight.` */
export function cannotStartText(blockers: readonly Finding[]): string {
  const [first, ...others] = blockers
  if (first === undefined) return ''
  const { text } = findingText(first)
  const sentence = asSentence(first.path !== '' && isPhrase(text) ? `${first.path} ${text}` : text)
  if (others.length === 0) return `Cannot start: ${sentence}`
  const more = others.length === 1 ? 'One more blocker is' : `${String(others.length)} more blockers are`
  return `Cannot start: ${sentence} ${more} in the preflight.`
}
