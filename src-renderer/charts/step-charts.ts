/**
 * The charts of a step's figures and their lines, in the order of the contract's table. A figure by group has a line
 * for every group that occurs in its steps, a figure by rank one for every rank, a figure by task one for every task,
 * smoothed.
 */
import { byRank, byTask, STEP_FIGURES } from '../../src-main/contract/contract'
import type { FigureChart, FigureLine, StepFigure, StepMetric } from '../api/types'
import { fixed, precise, short } from '../format/number'
import { bytes } from '../format/units'
import { TASK_COLOURS } from '../theme/colours'
import { curveTone, type LineSeries } from './line-series'
import { firstAfter, syncAverage, syncPoints, type Point } from './series'
import type { Scale } from './ticks'
import type { RunAxes } from './x-axes'

const DIGITS: Record<FigureChart['digits'], (value: number) => string> = {
  two: (value) => fixed(value, 2),
  four: (value) => fixed(value, 4),
  short,
  precise,
  bytes,
}

/** A figure that is drawn. */
export interface DrawnFigure {
  key: keyof StepMetric
  line: FigureLine
  /** What it has a line for each of; null where it is one number. */
  by: 'group' | 'rank' | 'task' | null
}

/** What a chart looks like, as LineChart.vue takes it. */
export interface ChartLook {
  title: string
  unit: string
  small: boolean
  format: (value: number) => string
  /** What the y axis counts. */
  yScale: Scale
  yMin: number | null
  yMax: number | null
}

/** Validation, in bits a byte: all of it, and by task. */
export const VALIDATION: ChartLook = evaluationLook('Validation', false, DIGITS.four)
export const VALIDATION_BY_TASK: ChartLook = evaluationLook('Validation by task', true, DIGITS.two)

function evaluationLook(title: string, small: boolean, format: ChartLook['format']): ChartLook {
  return { title, unit: 'bits a byte', small, format, yScale: 'number', yMin: null, yMax: null }
}

export interface StepChart {
  look: ChartLook
  figures: DrawnFigure[]
}

const figures: readonly (readonly [string, StepFigure])[] = Object.entries(STEP_FIGURES)

export const DRAWN_FIGURES: readonly DrawnFigure[] = figures.flatMap(([key, figure]) =>
  figure.line ? [{ key: key as keyof StepMetric, line: figure.line, by: byWhat(figure) }] : [],
)

function byWhat(figure: StepFigure): DrawnFigure['by'] {
  if (figure.schema === byTask) return 'task'
  if (figure.schema === byRank) return 'rank'
  return 'measureGroup' in figure ? 'group' : null
}

/** @param unit replaces the chart's own */
export function lookOf(chart: FigureChart, unit = chart.unit ?? ''): ChartLook {
  const { title, place, digits, yMin = null, yMax = null } = chart
  const yScale = digits === 'bytes' ? 'bytes' : 'number'
  return { title, unit, small: place === 'small', format: DIGITS[digits], yScale, yMin, yMax }
}

/** Every chart, in the table's order, except those by task. */
export const STEP_CHARTS: readonly StepChart[] = chartsOf(DRAWN_FIGURES.filter(({ by }) => by !== 'task'))
/** Whether a chart has its place only where it has lines: one by rank is of runs of several. */
export function isForRanks({ figures }: StepChart): boolean {
  return figures.every(({ by }) => by === 'rank')
}
/** The charts with a line for every task. */
export const TASK_CHARTS: readonly StepChart[] = chartsOf(DRAWN_FIGURES.filter(({ by }) => by === 'task'))

function chartsOf(drawn: readonly DrawnFigure[]): StepChart[] {
  const charts = [...new Set(drawn.map(({ line }) => line.chart))]
  return charts.map((chart) => ({
    look: lookOf(chart),
    figures: drawn.filter(({ line }) => line.chart === chart),
  }))
}

const compared = DRAWN_FIGURES.filter(({ line }) => line.compared !== undefined)
/** Figures that are drawn for several runs over each other, one line per run. */
export const COMPARED_FIGURES = compared.filter(({ by }) => by === null)
/** Those of them that have a chart: where curves are smoothed, what was measured in place of its average. */
export function comparedFigures(smoothing: number): readonly DrawnFigure[] {
  const averaged = new Set(COMPARED_FIGURES.filter(({ line }) => line.asIs).map(({ line }) => line.chart))
  return COMPARED_FIGURES.filter(
    ({ line }) => !averaged.has(line.chart) || (line.asIs === true) === (smoothing === 0),
  )
}
/** Figures that are drawn so for one task at a time. */
export const COMPARED_BY_TASK = compared.filter(({ by }) => by === 'task')

/** A figure's points by the group's label or the task's entry in mixture.train; by '' where it is one number. */
export type FigurePoints = Map<string, Point[]>

/** Brings a figure's points up to the steps. Returns whether a step had a group or a task without a line. */
export function syncFigure(points: FigurePoints, figure: DrawnFigure, steps: readonly StepMetric[]): boolean {
  const before = points.size
  for (const label of labelsOf(points, figure, steps)) {
    const line = points.get(label) ?? []
    points.set(label, line)
    if (figure.by === 'task') syncAverage(line, steps, (step) => taskValueOf(step[figure.key], label))
    else syncPoints(line, steps, (step) => valueOf(step[figure.key], label))
  }
  return points.size > before
}

function labelsOf(
  points: FigurePoints,
  { key, by }: DrawnFigure,
  steps: readonly StepMetric[],
): Iterable<string> {
  if (by === null) return ['']
  if (by === 'group' || by === 'rank') return Object.keys(steps.at(-1)?.[key] ?? {}) // ranks are numbered from 0
  const drawn = Math.max(-Infinity, ...[...points.values()].map((line) => line.at(-1)?.x ?? -Infinity))
  const labels = new Set(points.keys())
  // A step need not have every task.
  for (const step of steps.slice(firstAfter(steps, drawn))) {
    for (const { entry } of tasksOf(step[key])) labels.add(String(entry))
  }
  return labels
}

type Value = StepMetric[keyof StepMetric]

function tasksOf(value: Value): NonNullable<StepMetric['loss_by_task']> {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []
}

function taskValueOf(value: Value, entry: string): { value: number; weight: number } | null {
  const task = tasksOf(value).find((one) => String(one.entry) === entry)
  return task === undefined ? null : { value: task.loss, weight: task.targets }
}

function valueOf(value: Value, label: string): number | null {
  if (Array.isArray(value)) {
    const one = value[Number(label)]
    return typeof one === 'number' ? one : null
  }
  if (typeof value !== 'object') return value
  return value?.[label] ?? null
}

/** A task as its line is named and coloured. */
export interface ShownTask {
  name: string
  /** Colour number: theme/colours.ts. */
  colour: number
}

/**
 * The lines of a chart.
 *
 * @param axes where the run's steps lie
 * @param run its name
 * @param tasks of mixture.train, by entry
 */
export function linesOf(
  drawn: readonly DrawnFigure[],
  points: ReadonlyMap<keyof StepMetric, FigurePoints>,
  axes: RunAxes,
  run: string,
  tasks: readonly ShownTask[] = [],
): LineSeries[] {
  const lines = drawn.flatMap((figure) => {
    const lines = [...(points.get(figure.key) ?? [])]
    if (figure.by === 'task') return taskLines(lines, tasks)
    return lines.map(([label, of], index) => lineOf(figure, label, of, index))
  })
  return lines.map((line) => ({ ...line, axes, name: `${run}, ${line.label}` }))
}

function taskLines(lines: [label: string, points: Point[]][], tasks: readonly ShownTask[]): LineSeries[] {
  const points = new Map(lines)
  return tasks.map(({ name, colour }, entry) => ({
    label: name,
    points: points.get(String(entry)) ?? [],
    tone: `task-${colour % TASK_COLOURS}` as const,
    dash: colour >= TASK_COLOURS ? 1 : 0,
    unread: true,
  }))
}

function lineOf({ line, by }: DrawnFigure, label: string, points: Point[], index: number): LineSeries {
  return {
    label: by === 'group' ? label : by === 'rank' ? `${line.label} ${label}` : line.label,
    points,
    ...(by !== null ? curveTone(index) : { tone: line.tone ?? 'main', dash: line.dash ? 1 : 0 }),
    asIs: line.asIs ?? false,
    inTitle: line.inTitle ?? false,
  }
}
