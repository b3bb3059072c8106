/** A run's charts as drawings for its page: those that the window has, over steps, where there is anything to draw. */
import { figuresOf, PLAIN_CURVES } from '../../src-main/contract/contract'
import type { CurveChoices, MeasureMetric, MixtureEntry } from '../api/types'
import { chartDrawing, type DrawingColours } from '../charts/chart-drawing'
import { Curve } from '../charts/curve'
import { drawnSeries, type LineSeries } from '../charts/line-series'
import {
  linesOf,
  STEP_CHARTS,
  TASK_CHARTS,
  VALIDATION,
  VALIDATION_BY_TASK,
  type ChartLook,
  type ShownTask,
} from '../charts/step-charts'
import type { RunRecordState } from '../composables/use-run-record'
import type { RunSeries } from '../composables/use-run-series'
import type { Drawing } from '../drawing/drawing'
import { entryName } from '../mixture/entry'
import { marksOf } from './marks'
import { entryColours, TASK_COLOURS } from '../theme/colours'

interface PageChart {
  look: Pick<ChartLook, 'title' | 'unit' | 'small' | 'yScale' | 'yMin' | 'yMax'>
  lines: readonly LineSeries[]
}

/** Pixels of a chart that has a line of the page for itself, and of those that share one. */
const LARGE = { width: 908, height: 320 }
const SMALL = { width: 448, height: 220 }

export function pageCharts(
  record: RunRecordState,
  series: RunSeries,
  smoothing: number,
  colours: DrawingColours,
): Drawing[] {
  const choices: CurveChoices = { ...PLAIN_CURVES, smoothing }
  const stretch = { min: 0, max: Math.max(1, series.axes.extent('step')?.last ?? 1) }
  return chartsOf(record, series)
    .filter(({ lines }) => lines.some(({ points }) => points.length > 0))
    .map(({ look, lines }) => {
      const drawn = drawnSeries(lines, smoothing).map((line) => ({
        series: line,
        curve: curveOf(line, smoothing),
      }))
      const { title, unit, yScale, yMin, yMax } = look
      const size = look.small ? SMALL : LARGE
      const seen = { choices, stretch, yZoom: null, yMin, yMax, yScale }
      const marks = look.small ? [] : marksOf(record, series.axes)
      return chartDrawing({ title, unit, marks, ...seen, ...size, lines: drawn }, colours)
    })
}

function curveOf({ points, asIs, dots }: LineSeries, smoothing: number): Curve {
  const curve = new Curve((step) => step, asIs || dots ? 0 : smoothing)
  curve.follow(points)
  return curve
}

function chartsOf({ detail, measures }: RunRecordState, series: RunSeries): PageChart[] {
  const { train, val } = detail?.config.mixture ?? { train: [], val: [] }
  const colours = entryColours(train, val)
  const named = (entries: readonly MixtureEntry[], own: readonly number[]): ShownTask[] =>
    entries.map((entry, index) => ({ name: entryName(entry), colour: own[index] ?? index }))
  const lines = (figures: (typeof STEP_CHARTS)[number]['figures'], tasks: readonly ShownTask[] = []) =>
    linesOf(figures, series.figures, series.axes, '', tasks).map((line) => ({ ...line, name: line.label }))
  const stepCharts = STEP_CHARTS.map(({ look, figures }) => ({ look, lines: lines(figures) }))
  const large = stepCharts.filter(({ look }) => !look.small)
  const byTask = TASK_CHARTS.map(({ look, figures }) => {
    return { look, lines: train.length < 2 ? [] : lines(figures, named(train, colours.train)) }
  })
  const bpb: LineSeries = { label: 'val bpb', points: series.bpb, tone: 'main', dots: true }
  const ofTasks = named(val, colours.val).map(({ name, colour }, entry): LineSeries => ({
    label: name,
    points: series.taskBpb.get(entry) ?? [],
    tone: `task-${colour % TASK_COLOURS}`,
    dash: colour >= TASK_COLOURS ? 1 : 0,
    dots: true,
  }))
  return [
    ...large,
    { look: VALIDATION, lines: [bpb] },
    ...byTask,
    { look: VALIDATION_BY_TASK, lines: val.length < 2 ? [] : ofTasks },
    measuredChart(measures),
    ...stepCharts.filter(({ look }) => look.small),
  ]
}

function measuredChart(measures: readonly MeasureMetric[]): PageChart {
  const names = [...new Set(measures.flatMap(({ tasks }) => tasks.map(({ task }) => task)))]
  const lines = names.map((name, index): LineSeries => {
    const points = measures.flatMap(({ step, tasks }) => {
      const score = tasks.find(({ task }) => task === name)
      const accuracy = score === undefined ? null : figuresOf(score).accuracy
      return accuracy === null ? [] : [{ x: step, y: 100 * accuracy }]
    })
    return { label: name, points, tone: `task-${index % TASK_COLOURS}`, dots: true }
  })
  const look = {
    title: 'Measured tasks',
    unit: '% right',
    small: true,
    yScale: 'number',
    yMin: 0,
    yMax: null,
  } as const
  return { look, lines }
}
