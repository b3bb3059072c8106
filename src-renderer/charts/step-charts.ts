/**
 * The charts of a step's figures and their lines, in the order of the contract's table. A figure by group has a line
 * for every group that occurs in its steps.
 */
import { STEP_FIGURES } from '../../src-main/contract/contract'
import type { FigureChart, FigureLine, StepFigure, StepMetric } from '../api/types'
import { fixed, precise, rough, short } from '../format/number'
import { TASK_COLOURS } from '../theme/colours'
import type { LineSeries } from './chart'
import { syncPoints, type Point } from './series'

const DIGITS: Record<
  FigureChart['digits'] | NonNullable<FigureChart['tickDigits']>,
  (value: number) => string
> = {
  two: (value) => fixed(value, 2),
  four: (value) => fixed(value, 4),
  short,
  precise,
  rough,
}

/** A figure that is drawn. */
export interface DrawnFigure {
  key: keyof StepMetric
  line: FigureLine
  byGroup: boolean
}

/** What a chart looks like, as LineChart.vue takes it. */
export interface ChartLook {
  title: string
  unit: string
  small: boolean
  format: (value: number) => string
  tickFormat: (value: number) => string
  yMin: number | null
  yMax: number | null
}

export interface StepChart {
  look: ChartLook
  figures: DrawnFigure[]
}

const figures: readonly (readonly [string, StepFigure])[] = Object.entries(STEP_FIGURES)

export const DRAWN_FIGURES: readonly DrawnFigure[] = figures.flatMap(([key, figure]) =>
  figure.line ? [{ key: key as keyof StepMetric, line: figure.line, byGroup: 'measureGroup' in figure }] : [],
)

/** @param unit replaces the chart's own */
export function lookOf(chart: FigureChart, unit = chart.unit ?? ''): ChartLook {
  const { title, place, digits, tickDigits = digits, yMin = null, yMax = null } = chart
  const [format, tickFormat] = [DIGITS[digits], DIGITS[tickDigits]]
  return { title, unit, small: place === 'small', format, tickFormat, yMin, yMax }
}

/** Every chart, in the table's order. */
export const STEP_CHARTS: readonly StepChart[] = [
  ...new Set(DRAWN_FIGURES.map(({ line }) => line.chart)),
].map((chart) => ({ look: lookOf(chart), figures: DRAWN_FIGURES.filter(({ line }) => line.chart === chart) }))

/** Figures that are drawn for several runs over each other, one line per run. */
export const COMPARED_FIGURES = DRAWN_FIGURES.filter(
  ({ line, byGroup }) => line.compared !== undefined && !byGroup,
)

/** A figure's points by the group's label; the label is '' where the figure is one number. */
export type FigurePoints = Map<string, Point[]>

/** Brings a figure's points up to the steps. Returns whether a step had a group without a line. */
export function syncFigure(points: FigurePoints, figure: DrawnFigure, steps: readonly StepMetric[]): boolean {
  const before = points.size
  const last = steps.at(-1)?.[figure.key]
  const labels = figure.byGroup ? Object.keys(last ?? {}) : ['']
  for (const label of labels) {
    const line = points.get(label) ?? []
    points.set(label, line)
    syncPoints(line, steps, (step) => valueOf(step[figure.key], label))
  }
  return points.size > before
}

function valueOf(value: number | Record<string, number> | null, label: string): number | null {
  return typeof value === 'object' ? (value?.[label] ?? null) : value
}

/** The lines of a chart. */
export function linesOf(
  drawn: readonly DrawnFigure[],
  points: ReadonlyMap<keyof StepMetric, FigurePoints>,
): LineSeries[] {
  return drawn.flatMap(({ key, line, byGroup }) =>
    [...(points.get(key) ?? [])].map(([label, of], index) => ({
      label: byGroup ? label : line.label,
      points: of,
      tone: byGroup ? (`task-${index % TASK_COLOURS}` as const) : (line.tone ?? 'main'),
      dash: line.dash ?? false,
      inTitle: line.inTitle ?? false,
    })),
  )
}
