/**
 * JSON as Python writes and reads it, and a limit on its depth. CPython's json accepts NaN, Infinity and -Infinity,
 * which JSON cannot express; they are read as null. The time is proportional to the text.
 */
import { MidbenchError } from '../errors'

/** No file of ours or of nanochat's is nested deeper than ten; recursion over values can handle some thousands. */
const DEEPEST = 200

/** @throws SyntaxError where Python would reject the text too */
export function parsePythonJson(text: string): unknown {
  return JSON.parse(/NaN|Infinity/.test(text) ? withoutNan(text) : text)
}

/** The value of a text that may be none: null where it is not JSON. */
export function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @throws MidbenchError `json.too-deep` for lists and objects nested deeper than any use needs */
export function requireShallow(value: unknown, where: string): void {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) {
      throw new MidbenchError({
        code: 'json.too-deep',
        message: `${where} has lists or objects within one another more than ${String(DEEPEST)} deep.`,
        remedy: 'Name the right file, or mend it where it was made.',
      })
    }
    level = level.flatMap(childrenOf)
  }
}

function childrenOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}

/** The text with null in place of each NaN and Infinity outside strings. */
function withoutNan(text: string): string {
  const parts: string[] = []
  const token = /"|-?(?:NaN|Infinity)/g
  let from = 0
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') {
      token.lastIndex = endOfString(text, match.index)
    } else {
      parts.push(text.slice(from, match.index), 'null')
      from = token.lastIndex
    }
  }
  return parts.join('') + text.slice(from)
}

/** The position after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  const stop = /["\\]/g
  stop.lastIndex = start + 1
  for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
    if (match[0] === '"') return stop.lastIndex
    stop.lastIndex++ // whatever is escaped
  }
  return text.length
}
