/**
 * A batch as a small strip of thin rows, with conversations in their tasks' colours and cropped ends and padding as in
 * Packing. The same painter draws it, and needs only to know where conversations lie. Redrawing for a new batch takes
 * about a millisecond. Where not all rows fit, the first are shown.
 */
import type { BatchLayout, Span } from '../api/types'
import { TASK_COLOURS, patternOf } from '../theme/colours'
import { PAD_CLASS } from './classes'
import { paintRows } from './painter'
import type { PaintedBatch } from './scene'
import type { Palette } from '../theme/palette'
import { textureCanvas } from './texture'
import { visibleRange, type Extent, type Size } from './viewport'

/** The least and greatest height of a row with the gap to the next. */
const LEAST_ROW_PX = 3
const MOST_ROW_PX = 10

export interface Strip {
  model: PaintedBatch
  /** The class of every token, [rows, columns] */
  classes: Uint8Array
  /** Colour numbers by task index. */
  colourOfTask: readonly number[]
}

/** Rows that a strip of this height shows, and their height. */
export function stripRows(rows: number, height: number): { shown: number; rowPx: number } {
  const shown = Math.min(rows, Math.max(1, Math.floor(height / LEAST_ROW_PX)))
  return { shown, rowPx: Math.min(MOST_ROW_PX, height / shown) }
}

/**
 * Makes a layout ready for drawing.
 *
 * @param colourOfTask colour number of each task of the mixture
 */
export function makeStrip(layout: BatchLayout, colourOfTask: readonly number[]): Strip {
  const extent: Extent = { columns: layout.seq_len + 1, rows: layout.rows }
  const spansOfRow: Span[][] = Array.from({ length: layout.rows }, () => [])
  const classes = new Uint8Array(extent.rows * extent.columns).fill(PAD_CLASS)
  for (const span of layout.spans) {
    spansOfRow[span.row]?.push(span)
    const start = span.row * extent.columns + span.offset
    const colour = (colourOfTask[span.task] ?? span.task) % TASK_COLOURS
    classes.fill(2 * colour + 1, start, start + span.length)
  }
  const batch = { ids: new Int32Array(0), pad_from: layout.pad_from }
  return { model: { extent, spansOfRow, tokens: new Map(), batch }, classes, colourOfTask }
}

/** Draws the strip over the whole of `size`. */
export function paintStrip(
  context: CanvasRenderingContext2D,
  { model, classes, colourOfTask }: Strip,
  palette: Palette,
  size: Size,
): void {
  const { columns, rows } = model.extent
  const { shown, rowPx } = stripRows(rows, size.height)
  const texture = textureCanvas(classes, palette.texture, columns, rows)
  context.clearRect(0, 0, size.width, size.height)
  if (!texture) return
  const extent = { columns, rows: shown }
  const view = { x: 0, y: 0, sx: size.width / columns, sy: rowPx }
  context.save()
  paintRows(
    context,
    {
      ...{ model, classes, texture, palette, view, size, taskNames: [] },
      patternOfTask: colourOfTask.map(patternOf),
      ...{ hover: null, cursor: null, pinned: null },
    },
    visibleRange(view, extent, size),
  )
  context.restore()
}

/** The conversation at a point of the strip; null where there is none. */
export function stripSpanAt({ model }: Strip, size: Size, x: number, y: number): Span | null {
  const { columns, rows } = model.extent
  const row = Math.floor(y / stripRows(rows, size.height).rowPx)
  const position = Math.floor((x / size.width) * columns)
  const inRow = model.spansOfRow[row] ?? []
  return inRow.find(({ offset, length }) => position >= offset && position < offset + length) ?? null
}
