/**
 * The class of every code point in tiktoken's regex engine, in one table of 1.1 MB built once (1 ms). Node's own
 * `\p{L}`, `\p{N}` and `\s` differ from it and change between versions, so they are never used.
 */
import { LETTER_RUNS, NUMBER_RUNS, SPACE_RUNS } from './char-classes.data'

/** None of the other classes: punctuation, symbols, marks, unassigned, and a lone surrogate. */
export const OTHER = 0
export const LETTER = 1
export const NUMBER = 2
/** White space other than the two newlines. */
export const SPACE = 3
/** `\r` or `\n`. */
export const NEWLINE = 4
/** A high surrogate: the class is that of the code point that it begins, if a low one follows. */
export const HIGH_SURROGATE = 5

function buildTable(): Uint8Array {
  const table = new Uint8Array(0x110000)
  fillRuns(table, LETTER_RUNS, LETTER)
  fillRuns(table, NUMBER_RUNS, NUMBER)
  fillRuns(table, SPACE_RUNS, SPACE)
  table[0x0a] = NEWLINE
  table[0x0d] = NEWLINE
  return table.fill(HIGH_SURROGATE, 0xd800, 0xdc00)
}

/** Runs alternate between the gap before a run of code points and its length, in base 36. */
function fillRuns(table: Uint8Array, runs: string, value: number): void {
  let at = 0
  runs.split(' ').forEach((digits, i) => {
    const length = parseInt(digits, 36)
    if (i % 2 === 1) table.fill(value, at, at + length)
    at += length
  })
}

/** [0x110000] class by code point. */
export const CHAR_CLASS: Uint8Array = buildTable()
