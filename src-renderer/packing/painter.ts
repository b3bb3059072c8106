/**
 * Draws a batch. Zoomed out, each row is a slice of the texture; nearer, conversations get their numbers; nearest,
 * tokens are cells with their text. Only what is in sight is drawn: at 32 × 2049 a frame takes a few milliseconds at
 * any zoom.
 */
import type { Span } from '../api/types'
import { integer } from '../format/number'
import { clip } from '../format/token'
import { paintBars, paintRowNumbers, paintRuler } from './axes'
import { patternFill } from './patterns'
import {
  CHARACTER,
  FONT,
  GUTTER,
  heightOf,
  left,
  ROW_GAP,
  RULER,
  top,
  type Context,
  type Scene,
} from './scene'
import { TEXTURE_ROWS } from './texture'
import { CELL_PX, LABEL_PX, TEXT_PX, visibleRange, type VisibleRange } from './viewport'

/** How far an outline reaches beyond its row. */
const MARK_PX = 2

export function paint(context: Context, scene: Scene): void {
  const { size, palette } = scene
  context.fillStyle = palette.ground
  context.fillRect(0, 0, size.width + GUTTER, size.height + RULER)
  const range = visibleRange(scene.view, scene.model.extent, size)
  paintRuler(context, scene, range)
  paintRowNumbers(context, scene, range)
  context.save()
  context.translate(GUTTER, RULER)
  context.textRendering = 'optimizeSpeed' // no ligatures: <|bos|> is six characters
  paintRows(context, scene, range)
  paintMarks(context, scene)
  context.restore()
}

/** Draws some rows of {@link paint}'s picture again, for when only the marks on them have changed. */
export function repaintRows(context: Context, scene: Scene, rows: Iterable<number>): void {
  const range = visibleRange(scene.view, scene.model.extent, scene.size)
  for (const row of rows) {
    const from = Math.max(0, top(scene, row) - MARK_PX)
    const to = top(scene, row + 1) - ROW_GAP + MARK_PX
    context.save()
    context.translate(GUTTER, RULER)
    context.textRendering = 'optimizeSpeed'
    context.beginPath()
    context.rect(0, from, scene.size.width, to - from)
    context.clip()
    context.fillStyle = scene.palette.ground
    context.fillRect(0, from, scene.size.width, to - from)
    const about = { row0: Math.max(range.row0, row - 1), row1: Math.min(range.row1, row + 2) }
    paintRows(context, scene, { ...range, ...about })
    paintMarks(context, scene)
    context.restore()
  }
}

/** Draws only the rows, from the context's origin. The clip to the plot stays in force until the caller's `restore`. */
export function paintRows(context: Context, scene: Scene, range: VisibleRange): void {
  context.beginPath()
  context.rect(0, 0, scene.size.width, scene.size.height)
  context.clip()
  for (let row = range.row0; row < range.row1; row++) paintRow(context, scene, row, range)
}

function paintRow(context: Context, scene: Scene, row: number, range: VisibleRange): void {
  if (scene.view.sx < CELL_PX) paintTexture(context, scene, row, range)
  else paintCells(context, scene, row, range)
  const inSight = (scene.model.spansOfRow[row] ?? []).filter(
    ({ offset, length }) => offset + length >= range.column0 && offset <= range.column1,
  )
  paintPatterns(context, scene, row, inSight)
  for (const span of inSight) {
    paintStart(context, scene, span)
    if (span.cropped > 0) paintCrop(context, scene, span)
  }
  paintLabels(context, scene, row, inSight)
  const { columns } = scene.model.extent
  const padFrom = scene.model.batch.pad_from[row] ?? columns
  if (padFrom < columns) hatch(context, scene, row, padFrom, columns, scene.palette.line)
}

function paintTexture(context: Context, scene: Scene, row: number, range: VisibleRange): void {
  const width = range.column1 - range.column0
  context.imageSmoothingEnabled = scene.view.sx < 1
  context.drawImage(
    scene.texture,
    range.column0,
    row * TEXTURE_ROWS + 1,
    width,
    1,
    left(scene, range.column0),
    top(scene, row),
    width * scene.view.sx,
    heightOf(scene, row),
  )
}

function paintCells(context: Context, scene: Scene, row: number, range: VisibleRange): void {
  const { model, classes, palette, view } = scene
  const [y, height] = [top(scene, row), heightOf(scene, row)]
  const withText = view.sx >= TEXT_PX
  const bar = withText ? 3 : height
  for (let position = range.column0; position < range.column1; position++) {
    const colours = palette.cells[classes[row * model.extent.columns + position] ?? 0]
    if (!colours) continue
    const x = left(scene, position)
    context.fillStyle = colours.tint
    if (withText) context.fillRect(x, y, view.sx - 1, height)
    context.fillStyle = colours.full
    context.fillRect(x, y + height - bar, view.sx - (withText ? 1 : 0.5), bar)
  }
  if (!withText) return
  context.font = FONT
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  // One colour after the other: changing it for every token takes as long as the text itself.
  for (const special of [false, true]) {
    context.fillStyle = special ? palette.dim : palette.ink
    paintTexts(context, scene, row, range, special)
  }
}

/** Draws the texts of special tokens, or of all others. */
function paintTexts(
  context: Context,
  scene: Scene,
  row: number,
  range: VisibleRange,
  special: boolean,
): void {
  const { model, view } = scene
  const characters = Math.floor((view.sx - 5) / CHARACTER)
  const y = top(scene, row) + (heightOf(scene, row) - 3) / 2 + 0.5
  for (let position = range.column0; position < range.column1; position++) {
    const token = model.tokens.get(model.batch.ids[row * model.extent.columns + position] ?? 0)
    if (!token || token.special !== special) continue
    context.fillText(clip(token.shown, characters), left(scene, position) + view.sx / 2 - 0.5, y)
  }
}

/** Draws the tasks' patterns over their strips, one fill per pattern, so that tasks differ by more than colour. */
function paintPatterns(context: Context, scene: Scene, row: number, spans: readonly Span[]): void {
  const { patternOfTask, view } = scene
  const [y, height] = [top(scene, row), heightOf(scene, row)]
  if (!patternOfTask || view.sx >= TEXT_PX || height < 8) return
  for (const pattern of new Set(spans.map(({ task }) => patternOfTask[task] ?? 0))) {
    const fill = patternFill(context, pattern, left(scene, 0), top(scene, 0))
    if (!fill) continue
    context.beginPath()
    for (const { task, offset, length } of spans) {
      if ((patternOfTask[task] ?? 0) === pattern)
        context.rect(left(scene, offset), y, length * view.sx, height)
    }
    context.fillStyle = fill
    context.fill()
  }
}

/** Draws a fine line at the bos where a conversation begins. */
function paintStart(context: Context, scene: Scene, span: Span): void {
  if (span.offset === 0) return
  context.fillStyle = scene.palette.ground
  const width = scene.view.sx < CELL_PX ? 1 : 2
  context.fillRect(left(scene, span.offset) - width, top(scene, span.row), width, heightOf(scene, span.row))
}

/** Draws a cropped end as hatched and torn off. */
function paintCrop(context: Context, scene: Scene, span: Span): void {
  const end = span.offset + span.length
  const [y, height] = [top(scene, span.row), heightOf(scene, span.row)]
  const wide = Math.min(span.length * scene.view.sx * 0.6, 22)
  hatch(context, scene, span.row, end - wide / scene.view.sx, end, scene.palette.ground)
  const x = left(scene, end)
  const teeth = Math.max(2, Math.round(height / 5))
  const depth = Math.min(5, wide / 2)
  context.fillStyle = scene.palette.ground
  context.beginPath()
  context.moveTo(x + 1, y)
  for (let tooth = 0; tooth < teeth; tooth++) {
    context.lineTo(x - depth, y + ((tooth + 0.5) * height) / teeth)
    context.lineTo(x, y + ((tooth + 1) * height) / teeth)
  }
  context.lineTo(x + 1, y + height)
  context.fill()
}

/** Draws diagonal lines over part of a row, anchored to the batch so that they move with it. */
function hatch(context: Context, scene: Scene, row: number, from: number, to: number, colour: string): void {
  const [x0, x1] = [Math.max(-8, left(scene, from)), Math.min(scene.size.width + 8, left(scene, to))]
  if (x1 <= x0) return
  const [y, height] = [top(scene, row), heightOf(scene, row)]
  context.save()
  context.beginPath()
  context.rect(x0, y, x1 - x0, height)
  context.clip()
  context.beginPath()
  const step = 4
  const anchor = left(scene, to)
  for (let x = anchor; x > x0 - height; x -= step) {
    context.moveTo(x, y + height)
    context.lineTo(x + height, y)
  }
  context.strokeStyle = colour
  context.lineWidth = 1.2
  context.stroke()
  context.restore()
}

/** Draws the conversations' numbers and their tasks' names, as far as they fit. */
function paintLabels(context: Context, scene: Scene, row: number, spans: readonly Span[]): void {
  const { view, palette } = scene
  if (view.sy < 15 || view.sx < LABEL_PX || view.sx >= TEXT_PX) return
  const y = top(scene, row) + heightOf(scene, row) / 2
  const labels = spans.flatMap((span) => labelOf(scene, span) ?? [])
  context.globalAlpha = 0.82
  context.fillStyle = palette.ground
  context.beginPath()
  for (const { x, text } of labels) context.rect(x + 3, y - 7, text.length * CHARACTER + 6, 14)
  context.fill()
  context.globalAlpha = 1
  context.font = FONT
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillStyle = palette.ink
  for (const { x, text } of labels) context.fillText(text, x + 6, y + 0.5)
}

function labelOf(
  scene: Scene,
  { offset, length, conversation, task }: Span,
): { x: number; text: string } | null {
  const x = Math.max(0, left(scene, offset))
  const room = Math.min(left(scene, offset + length), scene.size.width) - x - 8
  const fits = (label: string): boolean => label.length * CHARACTER + 6 <= room
  if (!fits('0')) return null
  const number = integer(conversation)
  const text = [`${number}  ${scene.taskNames[task] ?? ''}`, number].find(fits)
  return text === undefined ? null : { x, text }
}

function paintMarks(context: Context, scene: Scene): void {
  const { hover, cursor, pinned, palette } = scene
  paintBars(context, scene)
  if (pinned) outline(context, scene, pinned.row, pinned.offset, pinned.length, palette.accent, 2)
  if (hover) outline(context, scene, hover.row, hover.position, 1, palette.ink, 1)
  if (cursor) outline(context, scene, cursor.row, cursor.position, 1, palette.accent, 2)
}

function outline(
  context: Context,
  scene: Scene,
  row: number,
  position: number,
  length: number,
  colour: string,
  width: number,
): void {
  const pixels = Math.max(3, length * scene.view.sx)
  context.strokeStyle = colour
  context.lineWidth = width
  context.strokeRect(left(scene, position) - 0.5, top(scene, row) - 0.5, pixels, heightOf(scene, row) + 1)
}
