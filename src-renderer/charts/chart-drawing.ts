/**
 * A chart as a drawing that can leave the window: the same lines, ticks and clipping as on the screen (plot.ts), with a
 * title, labelled axes and a legend.
 */
import { at, textWidth, type Drawing, type Shape } from '../drawing/drawing'
import type { ChartColours } from './chart'
import type { Curve } from './curve'
import { DASHES, type LineSeries } from './line-series'
import { MARK_SIGNS, marksIn, placeOfMark, SIGN_SIZE, type Mark, type PlacedMark } from './marks'
import { plotOf, type Plot, type PlotRequest } from './plot'
import { View } from './view'
import { X_AXES } from './x-axes'

export interface ChartRequest extends Pick<
  PlotRequest,
  'choices' | 'stretch' | 'yZoom' | 'yMin' | 'yMax' | 'yScale'
> {
  title: string
  unit: string
  /** What happened to the run, drawn as on the screen. @default nothing */
  marks?: readonly Mark[]
  lines: readonly { series: LineSeries; curve: Curve }[]
  width: number
  height: number
}

export interface DrawingColours extends Pick<ChartColours, 'dim' | 'line' | 'tone'> {
  ground: string
  ink: string
}

const [LEFT, RIGHT, TOP, BOTTOM] = [64, 16, 30, 40]
const SIZE = 11
const LEGEND_LINE = 18
/** Between a title and its unit, which is more for a long title: its bold letters are wider than `textWidth` says. */
const AFTER_TITLE = 12
const BOLD = 1.2
const KEY = 18
const DOT = 2.4

export function chartDrawing(request: ChartRequest, colours: DrawingColours): Drawing {
  const { title, unit, lines, marks = [], choices, stretch, yZoom, yMin, yMax, yScale, width } = request
  const legend = legendOf(lines, { width, top: request.height }, colours)
  const area = { left: LEFT, right: width - RIGHT, top: TOP, bottom: request.height - BOTTOM }
  const columns = area.right - area.left
  const rows = area.bottom - area.top
  const curves = lines.map(({ curve }) => curve)
  const plot = plotOf({ curves, choices, stretch, yZoom, yMin, yMax, yScale, columns, rows, small: false })
  const view = new View(area, plot.x, plot.y)
  const signs = signsOf(marksIn(marks, choices.x, view), view, { width, top: legend.bottom }, colours)
  const within = { x: area.left, y: area.top, width: columns, height: rows }
  return {
    width,
    height: signs.bottom,
    title: [title, unit].filter(Boolean).join(', '),
    ground: colours.ground,
    shapes: [
      { kind: 'text', x: 12, y: 19, text: title, colour: colours.ink, size: 13, bold: true },
      {
        kind: 'text',
        x: 12 + BOLD * textWidth(title, 13) + AFTER_TITLE,
        y: 19,
        text: unit,
        colour: colours.dim,
        size: SIZE,
      },
      ...axes(view, plot, X_AXES[choices.x].about, colours),
      { kind: 'clip', within, shapes: curvesOf(view, plot, lines, colours) },
      ...signs.shapes,
      ...legend.shapes,
    ],
  }
}

function axes(view: View, plot: Plot, label: string, { dim, line }: DrawingColours): Shape[] {
  const { left, right, top, bottom } = view.area
  const rule = (d: string, width: number): Shape => ({ kind: 'path', d, colour: line, width })
  const across = plot.x.ticks.flatMap(({ value, label: text }): Shape[] => {
    const x = view.pixelX(value)
    const tick = rule(`M${at(x)} ${at(bottom)}v4`, 1)
    return [tick, { kind: 'text', x, y: bottom + 16, text, colour: dim, size: SIZE, align: 'middle' }]
  })
  const up = plot.y.ticks.flatMap(({ value, label: text }): Shape[] => {
    const y = view.pixelY(value)
    const grid = rule(`M${at(left)} ${at(y)}H${at(right)}`, 0.5)
    return [grid, { kind: 'text', x: left - 8, y: y + 4, text, colour: dim, size: SIZE, align: 'end' }]
  })
  const frame = rule(`M${at(left)} ${at(top)}V${at(bottom)}H${at(right)}`, 1)
  const name: Shape = {
    kind: 'text',
    x: right,
    y: bottom + 31,
    text: label,
    colour: dim,
    size: SIZE,
    align: 'end',
  }
  return [...up, ...across, frame, name]
}

function curvesOf(view: View, plot: Plot, lines: ChartRequest['lines'], { tone }: DrawingColours): Shape[] {
  const behind = lines.flatMap(({ series }, index) => {
    const points = plot.raw[index] ?? []
    return lineShapes(view, points, { colour: tone(series.tone, true), width: 1, dots: false })
  })
  // The first line lies over the others, as on the screen.
  const over = lines.map(({ series }, index) => {
    const dash = DASHES[series.dash ?? 0] ?? []
    const look = { colour: tone(series.tone), width: 1.5, dash, dots: series.dots ?? false }
    return lineShapes(view, plot.lines[index] ?? [], look)
  })
  return [...behind, ...over.reverse().flat()]
}

interface LineLook {
  colour: string
  width: number
  dash?: readonly number[]
  /** Whether every point is marked; a point without a neighbour always is. */
  dots: boolean
}

function lineShapes(view: View, points: Plot['lines'][number], { dots, ...look }: LineLook): Shape[] {
  const pieces: { x: number; y: number }[][] = [[]]
  for (const { x, y } of points) {
    if (Number.isFinite(y)) pieces.at(-1)?.push({ x: view.pixelX(x), y: view.pixelY(y) })
    else pieces.push([])
  }
  const d = pieces
    .filter(({ length }) => length > 1)
    .map((piece) => `M${piece.map(({ x, y }) => `${at(x)} ${at(y)}`).join('L')}`)
    .join('')
  const marked = dots ? pieces.flat() : pieces.filter(({ length }) => length === 1).flat()
  const { colour } = look
  const marks = marked.map(({ x, y }): Shape => ({ kind: 'dot', x, y, radius: DOT, colour }))
  return d === '' ? marks : [{ kind: 'path', d, ...look }, ...marks]
}

/** What the lines stand for, in as many lines of text as that takes; nothing for a single line. */
function legendOf(
  lines: ChartRequest['lines'],
  { width, top }: { width: number; top: number },
  { tone, ink }: DrawingColours,
): { bottom: number; shapes: Shape[] } {
  if (lines.length < 2) return { bottom: top, shapes: [] }
  let [x, y] = [12, top + 8]
  const shapes = lines.flatMap(({ series }): Shape[] => {
    const text = series.name ?? series.label
    const wide = KEY + 6 + textWidth(text, SIZE) + 16
    if (x > 12 && x + wide > width) [x, y] = [12, y + LEGEND_LINE]
    const dash = DASHES[series.dash ?? 0] ?? []
    const key: Shape = {
      kind: 'path',
      d: `M${at(x)} ${at(y)}h${KEY}`,
      colour: tone(series.tone),
      width: 2,
      dash,
    }
    const name: Shape = { kind: 'text', x: x + KEY + 6, y: y + 4, text, colour: ink, size: SIZE }
    x += wide
    return [key, name]
  })
  return { bottom: y + LEGEND_LINE, shapes }
}

/** The signs of what happened, and below what each kind stands for. */
function signsOf(
  marks: readonly PlacedMark[],
  { area }: View,
  { width, top }: { width: number; top: number },
  { dim, ink }: DrawingColours,
): { bottom: number; shapes: Shape[] } {
  const sign = (kind: PlacedMark['kind'], x: number, y: number, title?: string): Shape => {
    return { kind: 'sign', d: MARK_SIGNS[kind].path, x, y, scale: SIGN_SIZE / 8, colour: dim, title }
  }
  const placed = marks.map((mark) => {
    const { x, y } = placeOfMark(mark, area)
    return sign(mark.kind, x, y, mark.texts.join('\n'))
  })
  let [x, y] = [12, top + 8]
  const key = [...new Set(marks.map(({ kind }) => kind))].flatMap((kind): Shape[] => {
    const { name } = MARK_SIGNS[kind]
    const wide = SIGN_SIZE + 6 + textWidth(name, SIZE) + 16
    if (x > 12 && x + wide > width) [x, y] = [12, y + LEGEND_LINE]
    const shapes: Shape[] = [
      sign(kind, x, y - SIGN_SIZE / 2),
      { kind: 'text', x: x + SIGN_SIZE + 6, y: y + 4, text: name, colour: ink, size: SIZE },
    ]
    x += wide
    return shapes
  })
  return { bottom: key.length === 0 ? top : y + LEGEND_LINE, shapes: [...placed, ...key] }
}
