/**
 * A line the size of a word, as an SVG path: its least value at the bottom, its greatest at the top.
 */

const MARGIN = 2

/** The path is empty for fewer than two finite values; a flat line lies in the middle. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const known = values.filter(Number.isFinite)
  if (known.length < 2) return ''
  const [least, greatest] = [Math.min(...known), Math.max(...known)]
  const span = greatest - least
  const room = height - 2 * MARGIN
  return known
    .map((value, index) => {
      const x = (index / (known.length - 1)) * (width - 2 * MARGIN) + MARGIN
      const y = span === 0 ? height / 2 : MARGIN + (1 - (value - least) / span) * room
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}
