/**
 * Where the packing canvas looks: pan, zoom and hit testing, as pure functions. World units are tokens across and rows
 * down; `x`, `y` is the world point at the top left of the plot, `sx` pixels per token, `sy` pixels per row.
 *
 * The two scales are separate: a row is thousands of tokens wide and one high, so zooming in widens tokens until their
 * text fits, while rows only grow until a line of text fits, or until all of them fill the plot.
 */

export interface Viewport {
  x: number
  y: number
  sx: number
  sy: number
}
export interface Extent {
  /** Tokens per row. */
  columns: number
  rows: number
}
export interface Size {
  width: number
  height: number
}
export interface Cell {
  row: number
  position: number
}

const MIN_ROW_PX = 5
const MAX_ROW_PX = 44
export const MAX_TOKEN_PX = 96
/** From this scale on, tokens are drawn one by one with their text. */
export const TEXT_PX = 40
/** From this scale on, conversations carry their numbers. */
export const LABEL_PX = 1
/** From this scale on, tokens are cells with an edge. */
export const CELL_PX = 7

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** The smallest zoom: a whole row across the plot. */
function leastScale(extent: Extent, size: Size): number {
  return size.width / Math.max(1, extent.columns)
}

/** The height at which all rows fill the plot; they are not made thinner than can be seen. */
function fitRow(extent: Extent, size: Size): number {
  return Math.max(MIN_ROW_PX, size.height / Math.max(1, extent.rows))
}

/** The view of the whole batch, as far as rows can be made thin enough. */
export function fit(extent: Extent, size: Size): Viewport {
  return { x: 0, y: 0, sx: leastScale(extent, size), sy: fitRow(extent, size) }
}

/** The same view kept within the batch. */
export function within(view: Viewport, extent: Extent, size: Size): Viewport {
  const sx = clamp(view.sx, leastScale(extent, size), Math.max(MAX_TOKEN_PX, leastScale(extent, size)))
  const least = fitRow(extent, size)
  const sy = clamp(view.sy, least, Math.max(MAX_ROW_PX, least))
  return {
    sx,
    sy,
    x: clamp(view.x, 0, Math.max(0, extent.columns - size.width / sx)),
    y: clamp(view.y, 0, Math.max(0, extent.rows - size.height / sy)),
  }
}

/** Zooms by a factor; the token under the pointer stays under it. `px`, `py` are pixels from the plot's top left. */
export function zoomAt(
  view: Viewport,
  extent: Extent,
  size: Size,
  factor: number,
  px: number,
  py: number,
): Viewport {
  const { sx, sy } = within({ ...view, sx: view.sx * factor, sy: view.sy * factor }, extent, size)
  return within(
    { sx, sy, x: view.x + px / view.sx - px / sx, y: view.y + py / view.sy - py / sy },
    extent,
    size,
  )
}

/** Moves the view by so many pixels. */
export function panBy(view: Viewport, extent: Extent, size: Size, dx: number, dy: number): Viewport {
  return within({ ...view, x: view.x + dx / view.sx, y: view.y + dy / view.sy }, extent, size)
}

/** The token under a point of the plot; null outside the batch. */
export function cellAt(view: Viewport, extent: Extent, px: number, py: number): Cell | null {
  const position = Math.floor(view.x + px / view.sx)
  const row = Math.floor(view.y + py / view.sy)
  const inside = position >= 0 && position < extent.columns && row >= 0 && row < extent.rows
  return inside ? { row, position } : null
}

/** The view moved as little as possible so that a token is in sight, with a margin of tokens at either side. */
export function reveal(view: Viewport, extent: Extent, size: Size, cell: Cell): Viewport {
  const across = size.width / view.sx
  const down = size.height / view.sy
  const margin = Math.min(4, across / 4)
  return within(
    {
      ...view,
      x: clamp(view.x, cell.position + 1 + margin - across, cell.position - margin),
      y: clamp(view.y, cell.row + 1 - down, cell.row),
    },
    extent,
    size,
  )
}

/** The view that shows a conversation about as wide as the plot, with a little of its neighbours. */
export function frameSpan(
  view: Viewport,
  extent: Extent,
  size: Size,
  { row, offset, length }: { row: number; offset: number; length: number },
): Viewport {
  const sx = size.width / (length * 1.25)
  const sy = Math.max(view.sy, Math.min(MAX_ROW_PX, 24))
  const scaled = within({ ...view, sx, sy }, extent, size)
  const x = offset + length / 2 - size.width / scaled.sx / 2
  const y = row + 0.5 - size.height / scaled.sy / 2
  return within({ ...scaled, x, y }, extent, size)
}

export interface VisibleRange {
  row0: number
  row1: number
  column0: number
  column1: number
}

/** Rows and tokens at least partly in sight; the ends are exclusive. */
export function visibleRange(view: Viewport, extent: Extent, size: Size): VisibleRange {
  return {
    row0: Math.max(0, Math.floor(view.y)),
    row1: Math.min(extent.rows, Math.ceil(view.y + size.height / view.sy)),
    column0: Math.max(0, Math.floor(view.x)),
    column1: Math.min(extent.columns, Math.ceil(view.x + size.width / view.sx)),
  }
}

/** Distance of the ruler's ticks: a round number of tokens at least `least` pixels apart. */
export function tickStep(sx: number, least = 72): number {
  const tokens = least / sx
  const power = 10 ** Math.floor(Math.log10(Math.max(1, tokens)))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= tokens) ?? 10 * power
}
