/** A list of texts as it is typed: one a line, with the line breaks within a text written \\n. */

/** A text on one line. */
export function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function unescaped(line: string): string {
  return line.replace(/\\([\\n])/g, (_, of: string) => (of === 'n' ? '\n' : of))
}

/** The texts of the lines that are not blank. */
export function textsOf(typed: string): string[] {
  return typed
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(unescaped)
}

export function linesOf(texts: readonly string[]): string {
  return texts.map(escaped).join('\n')
}

/** What stands between commas and blanks: "120, 121" has two pieces. */
export function piecesOf(typed: string): string[] {
  return typed.split(/[\s,;]+/).filter((piece) => piece !== '')
}
