/** A line of a chart: its points by step, and how it looks. */
import { TASK_COLOURS } from '../theme/colours'
import type { Point } from './series'
import type { RunAxes } from './x-axes'

export type Tone = 'main' | 'faint' | 'second' | `task-${number}` | `curve-${number}`

export interface LineSeries {
  /** Short, for the chart's head. */
  label: string
  /** In full, where the line is pointed at. @default the label */
  name?: string
  points: Point[]
  tone: Tone
  /** Where its steps lie along the chosen x. @default at their number */
  axes?: RunAxes
  /** Marks each point: for a few points far apart, which are not smoothed. */
  dots?: boolean
  /** Number of its pattern of dashes; 0 = none. */
  dash?: number
  /** Never smoothed: an average already, or set by plan. It gives way to smoothed values of the chart's other lines. */
  asIs?: boolean
  /** The line's values are shown elsewhere, not in the chart's head. */
  unread?: boolean
  /** The chart's title names the lines, in their order. */
  inTitle?: boolean
}

/** Lengths of dashes and gaps, in pixels. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]]
const CURVE_COLOURS = 8

/** Every tone there is. */
export const TONES: readonly Tone[] = [
  ...(['main', 'second', 'faint'] as const),
  ...Array.from({ length: TASK_COLOURS }, (_, index): Tone => `task-${index}`),
  ...Array.from({ length: CURVE_COLOURS }, (_, index): Tone => `curve-${index}`),
]

/**
 * Colour and pattern of runs and groups of parameters, which have colours of their own. Neighbours differ in both, and
 * the first 32 in one of them.
 */
export function curveTone(index: number): { tone: Tone; dash: number } {
  const round = Math.floor(index / CURVE_COLOURS)
  return { tone: `curve-${index % CURVE_COLOURS}`, dash: (index + round) % DASHES.length }
}

/** The property that has a tone's colour. */
export function toneProperty(tone: Tone): string {
  return { main: '--ink', second: '--ink-3', faint: '--line-strong' }[tone as string] ?? `--${tone}`
}

/** The lines that are drawn: without those as they are where other lines of the chart are smoothed in their place. */
export function drawnSeries(series: readonly LineSeries[], smoothing: number): readonly LineSeries[] {
  if (smoothing === 0 || series.every(({ asIs, dots }) => asIs || dots)) return series
  return series
    .filter(({ asIs }) => !asIs)
    .map((one) => (one.tone === 'faint' ? { ...one, tone: 'main', label: 'smoothed' } : one))
}
