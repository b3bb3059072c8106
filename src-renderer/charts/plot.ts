/**
 * What a chart draws: its lines smoothed along the chosen x, thinned out to the pixels there are, and its axes with their
 * ticks. Smoothing comes before thinning, so that what is left out of the picture still counts in it.
 */
import type { CurveChoices } from '../../src-main/contract/contract'
import type { Curve } from './curve'
import { leastAndGreatest, middleOf, yEnds } from './ends'
import { thin, type Drawn, type Stretch } from './thin'
import { ticksOf, type AxisEnds, type Scale } from './ticks'
import type { Axis } from './view'
import { X_AXES } from './x-axes'

export interface PlotRequest {
  curves: readonly Curve[]
  choices: Pick<CurveChoices, 'x' | 'log_x' | 'log_y' | 'clip'>
  /** What of x is in sight. */
  stretch: AxisEnds
  /** What of y is in sight; null where that follows the values. */
  yZoom: AxisEnds | null
  yMin: number | null
  yMax: number | null
  yScale: Scale
  /** Pixels of the plot. */
  columns: number
  rows: number
  small: boolean
}

export interface Plot {
  /** Each curve as it is drawn. */
  lines: Drawn[][]
  /** What was measured, behind the smoothed; empty where nothing is smoothed. */
  raw: Drawn[][]
  x: Axis
  y: Axis
  /** Values in sight that cannot be drawn on a log axis. */
  notPositive: number
}

/** Pixels that a tick's label takes, across and down. */
const [TICK_WIDTH, TICK_HEIGHT] = [76, 26]

export function plotOf(request: PlotRequest): Plot {
  const { curves, choices, columns, rows, small } = request
  const { log_x: logX, log_y: logY } = choices
  const stretch: Stretch = { ...request.stretch, log: logX, columns: Math.max(8, Math.round(columns)) }
  const drawnOf = (curve: Curve, values: Float64Array): Drawn[] => {
    const drawn = thin(curve, values, stretch, logY)
    return logX ? drawn.filter(({ x }) => x > 0) : drawn
  }
  const lines = curves.map((curve) => drawnOf(curve, curve.shown))
  const raw = curves.map((curve) => (curve.smoothing > 0 ? drawnOf(curve, curve.y) : []))
  const y = request.yZoom ?? wantedEnds(request, stretch, [...lines, ...raw])
  const most = small ? 3 : Math.max(2, Math.floor(rows / TICK_HEIGHT))
  const across = Math.max(2, Math.floor(columns / TICK_WIDTH))
  return {
    lines,
    raw,
    x: {
      ...request.stretch,
      log: logX,
      ticks: ticksOf(request.stretch, X_AXES[choices.x].scale, across, logX),
    },
    y: { ...y, log: logY, ticks: ticksOf(y, request.yScale, most, logY) },
    notPositive: logY ? countNotPositive(curves, stretch) : 0,
  }
}

function wantedEnds(request: PlotRequest, stretch: Stretch, drawn: Drawn[][]): AxisEnds {
  const { curves, choices, yMin: min, yMax: max } = request
  const values = choices.clip
    ? middleOf(curves, stretch, choices.log_y)
    : leastAndGreatest(inSight(drawn, stretch))
  return yEnds(values, { min, max, log: choices.log_y })
}

/** Without the values at either side that only lead the line to the edge, unless there are no others. */
function inSight(drawn: Drawn[][], { min, max }: Stretch): Drawn[][] {
  const seen = drawn.map((line) => line.filter(({ x }) => x >= min && x <= max))
  return seen.some((line) => line.length > 0) ? seen : drawn
}

function countNotPositive(curves: readonly Curve[], { min, max }: Stretch): number {
  let count = 0
  for (const curve of curves) {
    const to = Math.min(curve.length, curve.firstFrom(max) + 1)
    for (let at = curve.firstFrom(min); at < to; at++) if ((curve.y[at] ?? NaN) <= 0) count += 1
  }
  return count
}
