/** Positions over the plot and row numbers beside it, as many as can be read. */
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
