/** Values as messages show them: short, on one line, with invisible characters written out. */

const MOST = 60

/**
 * A value as JSON, cut where it is long: `"abc"`, `[1,2]`, `{"a":…`.
 *
 * @param most number of characters
 */
export function shownValue(value: unknown, most = MOST): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value, most)).replace(UNSEEN, escaped)
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return shortened(JSON.stringify(value), most).replace(UNSEEN, escaped)
  } catch {
    return Array.isArray(value) ? 'a list that nests without end' : 'an object that nests without end'
  }
}

/** A text unchanged, cut where it is long; its invisible characters are written out. */
export function shownText(text: string, most = MOST): string {
  return shortened(text, most).replace(UNSEEN, escaped)
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** Controls, joiners, marks of order and direction, halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
