/** Text in Python's sense: numbered lines, and white space. Uses nothing of Node. */

export interface TextLine {
  /** Counts from 1. */
  number: number
  text: string
}

/** Python's `str.strip()`, whose white space differs from JavaScript's. Looks at each unit at most once. */
export function pythonStrip(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isPythonSpace(text.charCodeAt(start))) start++
  while (end > start && isPythonSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** Python's `str.isspace()` for a UTF-16 unit; no white space lies beyond U+FFFF. */
function isPythonSpace(unit: number): boolean {
  if (unit <= 0x20) return (unit >= 0x09 && unit <= 0x0d) || unit >= 0x1c
  return unit >= 0x85 && WIDE_SPACES.has(unit)
}

const WIDE_SPACES: ReadonlySet<number> = new Set([
  0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
  0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
])
