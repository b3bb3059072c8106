/**
 * Token texts made visible: spaces, line ends and control characters get a sign, so that no token looks empty.
 */

const SIGNS: Record<string, string> = { ' ': '·', '\n': '↵', '\t': '⇥', '\r': '␍' }

/** One token as shown in a cell: " the\n" -> "·the↵". Special tokens stay as they are. */
export function visible(text: string): string {
  return text.replace(/[ \n\t\r]/g, (sign) => SIGNS[sign] ?? sign).replace(/[\u0000-\u001f\u007f]/g, '␀')
}

/** The token as a quoted string of code, for the readout: "\n\n". */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

/** Cuts a text to so many characters, with an ellipsis in the last place. */
export function clip(text: string, length: number): string {
  if (length < 1) return ''
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

/** Whether a piece has the form of one of the tokenizer's special tokens. */
export function isSpecial(text: string): boolean {
  return /^<\|\w+\|>$/.test(text)
}
