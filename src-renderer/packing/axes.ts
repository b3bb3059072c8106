/**
 * Draws positions over the plot and row numbers beside it, as many as can be read; rows without a target are marked. Where the plot holds only part of
 * the batch, bars show which part.
 */
import { integer } from '../format/number'
import { CHARACTER, FONT, GUTTER, heightOf, left, RULER, top, type Context, type Scene } from './scene'
import { tickStep, type VisibleRange } from './viewport'

export function paintRuler(context: Context, scene: Scene, range: VisibleRange): void {
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

export function paintRowNumbers(context: Context, scene: Scene, range: VisibleRange): void {
  paintWithout(context, scene, range)
  const every = Math.max(1, Math.ceil(12 / scene.view.sy))
  context.font = FONT
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (let row = Math.ceil(range.row0 / every) * every; row < range.row1; row += every) {
    const y = RULER + top(scene, row) + heightOf(scene, row) / 2
    context.fillStyle = hasNone(scene, row) ? scene.palette.warning : scene.palette.dim
    const inSight = y > RULER + 4 && y < RULER + scene.size.height - 4
    if (inSight) context.fillText(String(row), GUTTER - 8, y + 0.5)
  }
}

const hasNone = ({ model }: Scene, row: number): boolean => model.batch.targets?.[row] === 0

/** Draws a bar beside every row that has no target, however small the rows are. */
function paintWithout(context: Context, scene: Scene, range: VisibleRange): void {
  context.fillStyle = scene.palette.warning
  for (let row = range.row0; row < range.row1; row++) {
    if (!hasNone(scene, row)) continue
    const from = Math.max(0, top(scene, row))
    const to = Math.min(scene.size.height, top(scene, row) + Math.max(1, heightOf(scene, row)))
    context.fillRect(GUTTER - 4, RULER + from, 2, to - from)
  }
}

/** Width of the bars that show which part of the batch is in the plot. */
const BAR_PX = 3

/**
 * Draws bars along the plot's right and lower edge, as long as the part of the rows, and of a row, that is in sight.
 */
export function paintBars(context: Context, { view, size, model, palette }: Scene): void {
  const { columns, rows } = model.extent
  const [across, down] = [size.width / view.sx / columns, size.height / view.sy / rows]
  context.globalAlpha = 0.6
  context.fillStyle = palette.ink
  if (down < 0.999) {
    const length = Math.max(16, down * size.height)
    const share = view.y / (rows - size.height / view.sy)
    context.fillRect(size.width - BAR_PX, share * (size.height - length), BAR_PX, length)
  }
  if (across < 0.999) {
    const length = Math.max(16, across * size.width)
    const share = view.x / (columns - size.width / view.sx)
    context.fillRect(share * (size.width - length), size.height - BAR_PX, length, BAR_PX)
  }
  context.globalAlpha = 1
}
