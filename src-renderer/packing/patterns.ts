/**
 * The eight patterns of tasks as canvas fills, the same as those of the swatches. Made once; anchored to the batch, so
 * that they move with it.
 */

/** Pixels of a tile, whose repetition a pattern is. */
export const PATTERN_TILE = 10
/** Lines of each pattern, as x0, y0, x1, y1 on the tile. */
export const PATTERN_LINES: readonly (readonly (readonly [number, number, number, number])[])[] = [
  [],
  [[0, 5, 10, 5]],
  [[0, 10, 10, 0]],
  [[5, 0, 5, 10]],
  [[0, 0, 10, 10]],
  [
    [0, 5, 10, 5],
    [5, 0, 5, 10],
  ],
  [
    [0, 10, 10, 0],
    [0, 0, 10, 10],
  ],
  [
    [3, 0, 3, 10],
    [7, 0, 7, 10],
  ],
]

const made = new Map<number, CanvasPattern>()

function make(context: CanvasRenderingContext2D, pattern: number): CanvasPattern | null {
  const tile = document.createElement('canvas')
  tile.width = tile.height = PATTERN_TILE
  const drawing = tile.getContext('2d')
  const lines = PATTERN_LINES[pattern]
  if (!drawing || !lines || lines.length === 0) return null
  drawing.strokeStyle = '#00000047'
  drawing.lineWidth = 1
  for (const [x0, y0, x1, y1] of lines) {
    drawing.moveTo(x0, y0)
    drawing.lineTo(x1, y1)
  }
  drawing.stroke()
  return context.createPattern(tile, 'repeat')
}

/** The fill of a pattern with its origin at a point; null for the plain one. */
export function patternFill(
  context: CanvasRenderingContext2D,
  pattern: number,
  x: number,
  y: number,
): CanvasPattern | null {
  const fill = made.get(pattern) ?? make(context, pattern)
  if (!fill) return null
  made.set(pattern, fill)
  fill.setTransform(new DOMMatrix([1, 0, 0, 1, x % PATTERN_TILE, y % PATTERN_TILE]))
  return fill
}
