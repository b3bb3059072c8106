/** A text cut at its marks. */
export interface Piece {
  text: string
  marked: boolean
}

/** @param marks start and end of each marked range in turn, ascending */
export function piecesOf(text: string, marks: readonly number[]): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (let i = 0; i + 1 < marks.length; i += 2) {
    const [start = 0, end = 0] = [marks[i], marks[i + 1]]
    pieces.push(
      { text: text.slice(at, start), marked: false },
      { text: text.slice(start, end), marked: true },
    )
    at = end
  }
  return [...pieces, { text: text.slice(at), marked: false }].filter((piece) => piece.text !== '')
}
