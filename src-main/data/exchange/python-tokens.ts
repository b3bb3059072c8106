/**
 * Python source as tokens: enough of the language to find a script's assignments and read literals and calls exactly.
 * Comments and line breaks within brackets are dropped; the content of an f-string or a bytes string is never taken for
 * text.
 */
import { MidbenchError } from '../../errors'

export interface PythonToken {
  kind: 'name' | 'string' | 'number' | 'op' | 'newline'
  /** As in the source. */
  text: string
  /** The value of a string, where it can be known. */
  value?: string
  /** Line number, from 1. */
  line: number
}

/** In order: spaces and continued lines, comment, line break, string, name, number, any other character. */
const PATTERN = new RegExp(
  [
    String.raw`(?<space>[ \t\f]+|\\\r?\n)`,
    String.raw`(?<comment>#[^\r\n]*)`,
    String.raw`(?<newline>\r?\n|\r)`,
    String.raw`(?<prefix>[rRbBuUfF]{0,2})(?<quote>"""|'''|"|')`,
    String.raw`(?<name>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<number>\.?\d[\w.]*(?:(?<=[eE])[+\-]\d+)?)`,
    String.raw`(?<op>[\s\S])`,
  ].join('|'),
  'uy',
)

/** @throws MidbenchError `mixture.python` for a string without an end. */
export function pythonTokens(source: string): PythonToken[] {
  const tokens: PythonToken[] = []
  let at = 0
  let line = 1
  let depth = 0
  while (at < source.length) {
    PATTERN.lastIndex = at
    const groups = PATTERN.exec(source)?.groups ?? {}
    const { quote, prefix = '' } = groups
    const end = quote === undefined ? PATTERN.lastIndex : stringEnd(source, PATTERN.lastIndex, quote, line)
    const text = source.slice(at, end)
    const token =
      quote === undefined ? plainToken(groups, text, line) : stringToken(text, prefix, quote, line)
    if (token?.kind === 'op') depth += depthChange(token.text)
    if (token !== null && (token.kind !== 'newline' || depth <= 0)) tokens.push(token)
    line += text.split(/\r\n|\n|\r/).length - 1
    at = end
  }
  return tokens
}

function depthChange(text: string): number {
  if ('([{'.includes(text)) return 1
  return ')]}'.includes(text) ? -1 : 0
}

function plainToken(
  groups: Record<string, string | undefined>,
  text: string,
  line: number,
): PythonToken | null {
  const kind = (['name', 'number', 'op', 'newline'] as const).find((each) => groups[each] !== undefined)
  return kind === undefined ? null : { kind, text, line }
}

/** The end of the string that began before `from`. */
function stringEnd(source: string, from: number, quote: string, line: number): number {
  for (let at = from; at < source.length; at++) {
    if (source.startsWith(quote, at)) return at + quote.length
    if (source[at] === '\\') at++
    else if (quote.length === 1 && (source[at] === '\n' || source[at] === '\r')) break
  }
  const path = `line ${String(line)}`
  const message = 'a string begins here and does not end'
  throw new MidbenchError({
    code: 'mixture.python',
    message: `${path}: ${message}`,
    issues: [{ path, message }],
  })
}

function stringToken(text: string, prefix: string, quote: string, line: number): PythonToken {
  const body = text.slice(prefix.length + quote.length, -quote.length)
  const kind = prefix.toLowerCase()
  const value = kind === 'r' ? body : kind === '' || kind === 'u' ? unescaped(body) : undefined
  return { kind: 'string', text, line, ...(value === undefined ? {} : { value }) }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
}

/** The value of a string's body; undefined where it holds an escape that is not supported here (octal, by name). */
function unescaped(body: string): string | undefined {
  const unread: string[] = []
  const text = body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g,
    (all: string, x?: string, u?: string, long?: string, plain?: string) => {
      const other = plain ?? ''
      const code = parseInt(x ?? u ?? long ?? '', 16)
      if (code <= 0x10ffff) return String.fromCodePoint(code)
      if (/[0-7NxuU]/.test(other) || !Number.isNaN(code)) unread.push(all)
      return ESCAPES[other] ?? all // Python leaves an unknown escape as it is
    },
  )
  return unread.length === 0 ? text : undefined
}
