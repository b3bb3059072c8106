/**
 * The reference's split pattern as a hand-written scanner: where the piece that starts at a position ends. It looks at
 * each UTF-16 unit about once and allocates nothing. The pattern's alternatives, in order:
 *
 *     '(?i:[sdmt]|ll|ve|re)            a contraction's end
 *     [^\r\n\p{L}\p{N}]?+\p{L}+        a word, with one character before it that is no letter, digit or newline
 *     \p{N}{1,2}                       digits, few at a time
 *      ?[^\s\p{L}\p{N}]++[\r\n]*       punctuation, with a space before it and newlines after it
 *     \s*[\r\n]                        white space up to the last newline
 *     \s+(?!\S)                        white space but for the last one, which goes with the next word
 *     \s+                              what is left
 */
import { CHAR_CLASS, HIGH_SURROGATE, LETTER, NEWLINE, NUMBER, OTHER, SPACE } from './char-class'

/** The split pattern's text up to and after the number of digits that a piece may hold. */
const PATTERN_START = "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,"
const PATTERN_END = '}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+'

/**
 * The most digits a piece may hold under a split pattern (2 in nanochat, 3 in GPT-4's), or undefined where the pattern
 * is not the one this scanner knows.
 */
export function digitsOfPattern(pattern: string): number | undefined {
  if (!pattern.startsWith(PATTERN_START) || !pattern.endsWith(PATTERN_END)) return undefined
  const digits = pattern.slice(PATTERN_START.length, -PATTERN_END.length)
  return /^[1-9]$/.test(digits) ? Number(digits) : undefined
}

/** The end of the piece that starts at `start`, which is below `text.length`. */
export function pieceEnd(text: string, start: number, maxDigits: number): number {
  const unit = text.charCodeAt(start)
  const kind = classAt(text, start)
  if (kind === LETTER) return skipClass(text, start, LETTER)
  if (kind === NUMBER) return digitsEnd(text, start, maxDigits)
  if (unit === APOSTROPHE) {
    const end = contractionEnd(text, start)
    if (end > 0) return end
  }
  if (kind !== NEWLINE) {
    const next = start + widthAt(text, start)
    if (classAt(text, next) === LETTER) return skipClass(text, next, LETTER)
    if (kind === OTHER) return punctuationEnd(text, start)
    if (unit === BLANK && classAt(text, next) === OTHER) return punctuationEnd(text, next)
  }
  return whiteSpaceEnd(text, start)
}

const APOSTROPHE = 0x27
const BLANK = 0x20
/** The class past the text's end. */
const END = -1

function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  const kind = CHAR_CLASS[unit] ?? END
  return kind === HIGH_SURROGATE ? astralClass(text, at, unit) : kind
}

/** The class of the code point that a high surrogate begins. One that stands alone is U+FFFD, which is OTHER. */
function astralClass(text: string, at: number, high: number): number {
  const low = text.charCodeAt(at + 1)
  if ((low & 0xfc00) !== 0xdc00) return OTHER
  return CHAR_CLASS[((high - 0xd800) << 10) + low - 0xdc00 + 0x10000] ?? OTHER
}

/** UTF-16 units of the code point at a position. */
function widthAt(text: string, at: number): number {
  const paired = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00
  return paired ? 2 : 1
}

/** The first position from `at` on that has another class. */
function skipClass(text: string, at: number, kind: number): number {
  for (;;) {
    const unit = text.charCodeAt(at)
    const found = CHAR_CLASS[unit]
    if (found === kind) at++
    else if (found === HIGH_SURROGATE && astralClass(text, at, unit) === kind) at += widthAt(text, at)
    else return at
  }
}

function digitsEnd(text: string, start: number, maxDigits: number): number {
  let at = start
  for (let digits = 0; digits < maxDigits && classAt(text, at) === NUMBER; digits++) at += widthAt(text, at)
  return at
}

/** The end of `'s`, `'ll` and the like in any case, or 0. Folding makes the long s (U+017F) an s. */
function contractionEnd(text: string, start: number): number {
  const first = text.charCodeAt(start + 1) | 0x20
  if (first === 0x73 || first === 0x64 || first === 0x6d || first === 0x74) return start + 2 // s d m t
  if (text.charCodeAt(start + 1) === 0x17f) return start + 2
  const second = text.charCodeAt(start + 2) | 0x20
  const ll = first === 0x6c && second === 0x6c
  const ve = first === 0x76 && second === 0x65
  const re = first === 0x72 && second === 0x65
  return ll || ve || re ? start + 3 : 0
}

function punctuationEnd(text: string, start: number): number {
  return skipClass(text, skipClass(text, start, OTHER), NEWLINE)
}

function whiteSpaceEnd(text: string, start: number): number {
  let at = start
  let newline = 0
  for (; ; at++) {
    const kind = CHAR_CLASS[text.charCodeAt(at)]
    if (kind === NEWLINE) newline = at + 1
    else if (kind !== SPACE) break
  }
  if (newline > 0) return newline
  return at < text.length && at - start > 1 ? at - 1 : at
}
