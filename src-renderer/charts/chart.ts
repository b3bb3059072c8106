/**
 * Chart.js as this window uses it: it draws thin lines and ticks on a canvas, without animation or events. What is drawn,
 * from thinned points to ticks, is worked out before (plot.ts), on linear scales: a log axis gets logarithms.
 */
import {
  Chart,
  LineController,
  LineElement,
  LinearScale,
  PointElement,
  type ChartConfiguration,
  type ChartDataset,
} from 'chart.js'
import { DASHES, TONES, toneProperty, type LineSeries, type Tone } from './line-series'
import type { Plot } from './plot'
import type { Drawn } from './thin'
import type { Axis } from './view'

Chart.register(LineController, LineElement, PointElement, LinearScale)

export type LineChart = Chart<'line', Drawn[]>
type Dataset = ChartDataset<'line', Drawn[]>
type Scales = NonNullable<NonNullable<ChartConfiguration<'line'>['options']>['scales']>

export interface ChartColours {
  dim: string
  line: string
  /** A tone's colour; `faded` is what lies behind a smoothed line. */
  tone: (tone: Tone, faded?: boolean) => string
}

const MONO = { family: 'Mono, monospace', size: 10.5 }
/** Radius of a point that has no neighbour, which no line would show. */
const ALONE = 1.5
const DOT = 2
/** How much of a line's colour is left of the raw values behind it. */
const BEHIND = 0.28

/** Reads all colours of the page, where the chart is. @param read gives a property's colour, for now only */
export function chartColours(read: (property: string) => string): ChartColours {
  const colours = new Map(TONES.map((tone) => [tone, read(toneProperty(tone))]))
  return {
    dim: read('--ink-3'),
    line: read('--line'),
    tone: (tone, faded = false) => {
      const whole = colours.get(tone) ?? ''
      return faded ? withAlpha(whole, BEHIND) : whole
    },
  }
}

function withAlpha(colour: string, alpha: number): string {
  const [red = '0', green = '0', blue = '0'] = colour.match(/[\d.]+/g) ?? []
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`
}

/** An empty chart on a canvas. */
export function createChart(canvas: HTMLCanvasElement, colours: ChartColours): LineChart {
  return new Chart<'line', Drawn[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      events: [],
      layout: { padding: { top: 6, right: 10 } },
      scales: emptyScales(colours),
    },
  })
}

function emptyScales({ dim, line }: ChartColours): Scales {
  const ticks = { color: dim, font: MONO, autoSkip: false, maxRotation: 0, includeBounds: false }
  return {
    x: {
      type: 'linear',
      border: { color: line },
      grid: { display: false, tickLength: 4, drawTicks: true, tickColor: line },
      ticks: { ...ticks, padding: 2, align: 'inner' },
    },
    y: {
      type: 'linear',
      border: { display: false },
      grid: { color: line, drawTicks: false, lineWidth: 0.5 },
      ticks: { ...ticks, padding: 6 },
      // One width for all axes, so that charts over each other share their x axis.
      afterFit: (axis) => {
        axis.width = Y_AXIS_WIDTH
      },
    },
  }
}

const Y_AXIS_WIDTH = 56

/** Draws a plot in place of what was drawn. */
export function drawPlot(
  chart: LineChart,
  plot: Plot,
  series: readonly LineSeries[],
  colours: ChartColours,
): void {
  const seen = (line: readonly Drawn[]): Drawn[] => {
    if (!plot.x.log && !plot.y.log) return [...line]
    return line.map(({ x, y }) => ({ x: along(plot.x, x), y: along(plot.y, y) }))
  }
  const smoothed = series.map((one, index) =>
    dataset(one, seen(plot.lines[index] ?? []), colours.tone(one.tone)),
  )
  const raw = series.flatMap((one, index) => {
    const line = plot.raw[index] ?? []
    return line.length === 0 ? [] : [rawDataset(seen(line), colours.tone(one.tone, true))]
  })
  chart.data.datasets = [...smoothed, ...raw] // the first is drawn last, over the others
  const { x, y } = chart.options.scales ?? {}
  if (x) setAxis(x, plot.x)
  if (y) setAxis(y, plot.y)
  chart.update('none')
}

function along({ log }: Axis, value: number): number {
  return log ? Math.log10(value) : value
}

function setAxis(scale: NonNullable<Scales[string]>, axis: Axis): void {
  scale.min = along(axis, axis.min)
  scale.max = along(axis, axis.max)
  scale.afterBuildTicks = (drawn) => {
    drawn.ticks = axis.ticks.map(({ value, label }) => ({ value: along(axis, value), label }))
  }
  if (scale.ticks) scale.ticks.callback = (_, index) => axis.ticks[index]?.label ?? ''
}

function dataset({ label, dash = 0, dots }: LineSeries, data: Drawn[], colour: string): Dataset {
  return {
    label,
    data,
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 1.5,
    borderDash: [...(DASHES[dash] ?? [])],
    borderJoinStyle: 'round',
    pointRadius: dots ? DOT : aloneOf(data),
    pointBorderWidth: 0,
    tension: 0,
    clip: 1,
  }
}

function rawDataset(data: Drawn[], colour: string): Dataset {
  return {
    ...dataset({ label: '', points: [], tone: 'faint' }, data, colour),
    borderWidth: 1,
  }
}

/** Radii of points: those without a neighbour are dots. */
function aloneOf(data: readonly Drawn[]): number | number[] {
  const known = (index: number): boolean => Number.isFinite(data[index]?.y)
  const radii = data.map((_, index) => (known(index - 1) || known(index + 1) ? 0 : ALONE))
  return radii.some((radius) => radius > 0) ? radii : 0
}
