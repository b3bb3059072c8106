/**
 * Draws a batch. From far each row is a slice of the texture; nearer, conversations get their numbers; nearest, tokens
 * are cells with their text. Only what is in sight is drawn: at 32 × 2049 a frame takes a few milliseconds at any zoom.
 */
import type { BatchView, Span } from '../api/types'
import { integer } from '../format/number'
import { clip } from '../format/token'
import type { BatchModel } from './batch-model'
import { patternFill } from './patterns'
import type { Palette } from './palette'
import { TEXTURE_ROWS } from './texture'
import {
  CELL_PX,
  LABEL_PX,
  TEXT_PX,
  tickStep,
  visibleRange,
  type Cell,
  type Size,
  type Viewport,
  type VisibleRange,
} from './viewport'

/** Left of the plot: row numbers. Above it: positions. */
export const GUTTER = 34
export const RULER = 20
const ROW_GAP = 1
const FONT = '10.5px Mono, monospace'
/** Width of a character of that face, in pixels: all are equally wide. */
const CHARACTER = 6.3

/** What of a batch is drawn. */
export type PaintedBatch = Pick<BatchModel, 'extent' | 'spansOfRow' | 'tokens'> & {
  batch: Pick<BatchView, 'ids' | 'pad_from'>
}

export interface Scene {
  model: PaintedBatch
  classes: Uint8Array
  texture: HTMLCanvasElement
  palette: Palette
  /** Names of the tasks by their index, for labels. */
  taskNames: readonly string[]
  /** Pattern number of each task; null where colour does not stand for tasks. */
  patternOfTask: readonly number[] | null
  view: Viewport
  /** The plot, without gutter and ruler. */
  size: Size
  hover: Cell | null
  cursor: Cell | null
  pinned: Span | null
}

type Context = CanvasRenderingContext2D

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

/** The rows alone, from the context's origin on; what is drawn after them until `restore` stays within the plot too. */
export function paintRows(context: Context, scene: Scene, range: VisibleRange): void {
  context.beginPath()
  context.rect(0, 0, scene.size.width, scene.size.height)
  context.clip()
  for (let row = range.row0; row < range.row1; row++) paintRow(context, scene, row, range)
}

const left = (scene: Scene, position: number): number => (position - scene.view.x) * scene.view.sx
const top = (scene: Scene, row: number): number => Math.round((row - scene.view.y) * scene.view.sy)
/** A row's height without the gap to the next. */
const heightOf = (scene: Scene, row: number): number => top(scene, row + 1) - top(scene, row) - ROW_GAP

function paintRow(context: Context, scene: Scene, row: number, range: VisibleRange): void {
  if (scene.view.sx < CELL_PX) paintTexture(context, scene, row, range)
  else paintCells(context, scene, row, range)
  for (const span of scene.model.spansOfRow[row] ?? []) {
    const end = span.offset + span.length
    if (end < range.column0 || span.offset > range.column1) continue
    paintPattern(context, scene, span)
    paintStart(context, scene, span)
    if (span.cropped > 0) paintCrop(context, scene, span)
    if (scene.view.sx < TEXT_PX) paintLabel(context, scene, span)
  }
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
  const characters = Math.floor((view.sx - 5) / CHARACTER)
  const bar = withText ? 3 : height
  context.font = FONT
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  for (let position = range.column0; position < range.column1; position++) {
    const at = row * model.extent.columns + position
    const colours = palette.cells[classes[at] ?? 0]
    if (!colours) continue
    const x = left(scene, position)
    context.fillStyle = colours.tint
    if (withText) context.fillRect(x, y, view.sx - 1, height)
    context.fillStyle = colours.full
    context.fillRect(x, y + height - bar, view.sx - (withText ? 1 : 0.5), bar)
    if (!withText) continue
    const token = model.tokens.get(model.batch.ids[at] ?? 0)
    context.fillStyle = token?.special ? palette.dim : palette.ink
    context.fillText(
      clip(token?.shown ?? '', characters),
      x + view.sx / 2 - 0.5,
      y + (height - bar) / 2 + 0.5,
    )
  }
}

/** The task's pattern over its strip, so that colour alone does not have to tell tasks apart. */
function paintPattern(context: Context, scene: Scene, span: Span): void {
  const colour = scene.patternOfTask?.[span.task]
  if (colour === undefined || scene.view.sx >= TEXT_PX || heightOf(scene, span.row) < 8) return
  const fill = patternFill(context, colour, left(scene, 0), top(scene, 0))
  if (!fill) return
  context.fillStyle = fill
  const x = left(scene, span.offset)
  context.fillRect(x, top(scene, span.row), span.length * scene.view.sx, heightOf(scene, span.row))
}

/** A fine line where a conversation begins, at its bos. */
function paintStart(context: Context, scene: Scene, span: Span): void {
  if (span.offset === 0) return
  context.fillStyle = scene.palette.ground
  const width = scene.view.sx < CELL_PX ? 1 : 2
  context.fillRect(left(scene, span.offset) - width, top(scene, span.row), width, heightOf(scene, span.row))
}

/** A cropped end: hatched, and torn off. */
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

/** Diagonal lines over part of a row, anchored to the batch so that they move with it. */
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

/** The conversation's number, and its task's name, as far as they fit. */
function paintLabel(context: Context, scene: Scene, span: Span): void {
  const x0 = Math.max(0, left(scene, span.offset))
  const room = Math.min(left(scene, span.offset + span.length), scene.size.width) - x0 - 8
  const height = heightOf(scene, span.row)
  if (scene.view.sy < 15 || scene.view.sx < LABEL_PX) return
  const number = integer(span.conversation)
  const name = scene.taskNames[span.task] ?? ''
  const text = [`${number}  ${name}`, number].find((label) => label.length * CHARACTER + 6 <= room)
  if (!text) return
  const y = top(scene, span.row) + height / 2
  context.globalAlpha = 0.82
  context.fillStyle = scene.palette.ground
  context.fillRect(x0 + 3, y - 7, text.length * CHARACTER + 6, 14)
  context.globalAlpha = 1
  context.font = FONT
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillStyle = scene.palette.ink
  context.fillText(text, x0 + 6, y + 0.5)
}

function paintMarks(context: Context, scene: Scene): void {
  const { hover, cursor, pinned, palette } = scene
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

function paintRuler(context: Context, scene: Scene, range: VisibleRange): void {
  const step = tickStep(scene.view.sx)
  context.font = FONT
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  for (let tick = Math.ceil(range.column0 / step) * step; tick < range.column1; tick += step) {
    const x = Math.round(GUTTER + left(scene, tick)) + 0.5
    context.fillStyle = scene.palette.line
    context.fillRect(x - 0.5, RULER - 6, 1, 6)
    context.fillStyle = scene.palette.dim
    const label = integer(tick)
    if (x + 8 + label.length * CHARACTER > GUTTER + scene.size.width) continue
    context.fillText(label, x + 4, RULER / 2)
  }
}

function paintRowNumbers(context: Context, scene: Scene, range: VisibleRange): void {
  const every = Math.max(1, Math.ceil(12 / scene.view.sy))
  context.font = FONT
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillStyle = scene.palette.dim
  for (let row = Math.ceil(range.row0 / every) * every; row < range.row1; row += every) {
    const y = RULER + top(scene, row) + heightOf(scene, row) / 2
    if (y > RULER + 4) context.fillText(String(row), GUTTER - 8, y + 0.5)
  }
}
