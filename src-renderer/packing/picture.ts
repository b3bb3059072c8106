/**
 * The whole batch as a picture to keep: a line that says what it is, the rows, and what the colours stand for. The
 * canvas's own painter draws it, in the window's theme.
 */
import { integer, percent } from '../format/number'
import { TASK_COLOURS, patternOf } from '../theme/colours'
import type { BatchModel } from './batch-model'
import { PAD_CLASS, tokenClasses, ROLE_LEGEND, type Colouring } from './classes'
import type { TokenLosses } from './losses'
import { paint } from './painter'
import { css, readPalette, type Palette } from '../theme/palette'
import { patternFill } from './patterns'
import { GUTTER, RULER } from './scene'
import { textureCanvas } from './texture'
import type { Size } from './viewport'

export interface PictureOptions {
  /** An element of the page, for the theme's colours. */
  element: HTMLElement
  colouring: Colouring
  colourOfTask: readonly number[]
  taskNames: readonly string[]
  /** Whose batch it is: a run's, a rank's; null for the project's. */
  run: string | null
  /** The losses that colour stands for; null in the other colourings. */
  losses: TokenLosses | null
}

const MARGIN = 12
const HEAD = 34
const FOOT = 34
const FONT = '12px Mono, monospace'
/** Chromium draws no larger canvas. */
const MOST_PX = 16_000
const LEAST_WIDTH = 1600
const ROW_PX = 22

/** Pixels per token and per row: tokens of a usual row get a pixel or more, and a canvas can hold them all. */
export function pictureScale({ columns, rows }: BatchModel['extent']): { sx: number; sy: number } {
  const room = MOST_PX - GUTTER - 2 * MARGIN
  return {
    sx: Math.min(Math.max(1, LEAST_WIDTH / columns), room / columns),
    sy: Math.max(2, Math.min(ROW_PX, Math.floor((MOST_PX - HEAD - FOOT - RULER) / rows))),
  }
}

/** The line over the rows. */
export function pictureTitle({ batch }: BatchModel, run: string | null): string {
  const positions = batch.rows * (batch.seq_len + 1)
  const read = batch.tokens_used + batch.tokens_cropped
  return [
    ...(run === null ? [] : [run]),
    `${batch.split} batch ${integer(batch.batch)}`,
    `${integer(batch.rows)} rows of ${integer(batch.seq_len + 1)} tokens`,
    `${integer(batch.spans.length)} conversations`,
    `used ${percent(batch.tokens_used / positions)} %`,
    `cropped ${integer(batch.tokens_cropped)} tokens, ${percent(read ? batch.tokens_cropped / read : 0)} %`,
    `padded ${integer(batch.tokens_padded)}`,
  ].join(' · ')
}

/**
 * The picture as the bytes of a PNG.
 * @throws Error where the page cannot draw it
 */
export async function batchPicture(model: BatchModel, options: PictureOptions): Promise<Uint8Array> {
  await document.fonts.ready
  const canvas = drawPicture(model, options)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('The picture could not be made')
  return new Uint8Array(await blob.arrayBuffer())
}

function drawPicture(model: BatchModel, options: PictureOptions): HTMLCanvasElement {
  const { columns, rows } = model.extent
  const { sx, sy } = pictureScale(model.extent)
  const size: Size = { width: Math.ceil(columns * sx), height: rows * sy }
  const palette = readPalette(options.element, options.colouring)
  const classes = tokenClasses(model, options.colouring, options.colourOfTask, options.losses)
  const texture = textureCanvas(classes, palette.texture, columns, rows)
  const canvas = document.createElement('canvas')
  canvas.width = size.width + GUTTER + 2 * MARGIN
  canvas.height = HEAD + RULER + size.height + FOOT
  const context = canvas.getContext('2d')
  if (!context || !texture) throw new Error('The picture could not be drawn')
  context.fillStyle = palette.ground
  context.fillRect(0, 0, canvas.width, canvas.height)
  text(context, palette.ink, pictureTitle(model, options.run), MARGIN, HEAD / 2)
  context.save()
  context.translate(MARGIN, HEAD)
  paint(context, {
    model,
    classes,
    texture,
    palette,
    taskNames: options.taskNames,
    patternOfTask: options.colouring === 'task' ? options.colourOfTask.map(patternOf) : null,
    view: { x: 0, y: 0, sx, sy },
    size,
    hover: null,
    cursor: null,
    pinned: null,
  })
  context.restore()
  paintLegend(context, palette, legendOf(palette, options), canvas.height - FOOT / 2)
  return canvas
}

interface LegendEntry {
  name: string
  colour: string
  pattern: number | null
}

/** What the colours stand for. */
export function legendOf(palette: Palette, options: Omit<PictureOptions, 'element'>): LegendEntry[] {
  const { colouring, colourOfTask, taskNames } = options
  const colour = (index: number): string => css(palette.texture[index] ?? [0, 0, 0])
  if (colouring === 'mask') {
    return ['not trained on (mask 0)', 'trained on (mask 1)'].map((name, index) => ({
      name,
      colour: colour(index),
      pattern: null,
    }))
  }
  if (colouring === 'loss') {
    const names = ['0 nats', `${options.losses?.top ?? 0} nats and more`]
    return names.map((name, end) => ({ name, colour: colour(end * (PAD_CLASS - 1)), pattern: null }))
  }
  if (colouring === 'role') {
    return ROLE_LEGEND.map(([name, code]) => ({ name, colour: colour(code), pattern: null }))
  }
  const byColour = new Map(taskNames.map((name, task) => [colourOfTask[task] ?? task, name]))
  return [...byColour].map(([number, name]) => ({
    name,
    colour: colour((number % TASK_COLOURS) * 2 + 1),
    pattern: patternOf(number),
  }))
}

function paintLegend(
  context: CanvasRenderingContext2D,
  palette: Palette,
  entries: readonly LegendEntry[],
  y: number,
): void {
  let x = MARGIN
  for (const { name, colour, pattern } of entries) {
    context.fillStyle = colour
    context.fillRect(x, y - 5, 10, 10)
    const fill = pattern === null ? null : patternFill(context, pattern, x, y - 5)
    if (fill) {
      context.fillStyle = fill
      context.fillRect(x, y - 5, 10, 10)
    }
    x += 16
    text(context, palette.dim, name, x, y)
    x += context.measureText(name).width + 20
  }
}

function text(context: CanvasRenderingContext2D, colour: string, words: string, x: number, y: number): void {
  context.font = FONT
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillStyle = colour
  context.fillText(words, x, y)
}
