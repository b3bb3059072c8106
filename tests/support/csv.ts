/** A strict reader of comma separated values (RFC 4180): whatever is not exactly in its form is refused. */

/** The fields of every line. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    const quoted = text[at] === '"'
    const end = quoted ? closingQuote(text, at + 1) : plainEnd(text, at)
    row.push(quoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, end))
    at = quoted ? end + 1 : end
    if (text[at] === ',') {
      at += 1
      continue
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`no line break at ${String(at)}`)
    at += 2
    rows.push(row)
    row = []
  }
  if (row.length > 0) throw new Error('the last line has no end')
  if (rows.some(({ length }) => length !== rows[0]?.length)) throw new Error('lines differ in length')
  return rows
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  throw new Error(`the quote at ${String(from - 1)} is never closed`)
}

function plainEnd(text: string, from: number): number {
  const match = /[",\r\n]/.exec(text.slice(from))
  const end = match ? from + match.index : text.length
  if (text[end] === '"') throw new Error(`a quote at ${String(end)} inside a plain field`)
  return end
}
