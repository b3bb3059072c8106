/**
 * Chart.js as this window uses it: thin lines over steps, without animation, thinned out to the pixels there are. The
 * thinning keeps the least and greatest value of each stretch, so that no spike is lost.
 */
import {
  Chart,
  Decimation,
  LineController,
  LineElement,
  LinearScale,
  PointElement,
  type ChartConfiguration,
  type ChartDataset,
} from 'chart.js'
import zoomPlugin from 'chartjs-plugin-zoom'
import { integer } from '../format/number'
import type { Point } from './series'

Chart.register(LineController, LineElement, PointElement, LinearScale, Decimation, zoomPlugin)

export type LineChart = Chart<'line', Point[]>
export type Tone = 'main' | 'faint' | 'second' | `task-${number}`

export interface LineSeries {
  label: string
  points: Point[]
  tone: Tone
  /** Marks each point: for a few points far apart. */
  dots?: boolean
  dash?: boolean
  /** The line's values are shown elsewhere, not in the chart's head. */
  unread?: boolean
  /** The chart's title names the lines, in their order. */
  inTitle?: boolean
}

export interface ChartColours {
  ink: string
  dim: string
  faint: string
  line: string
  accent: string
  select: string
  task: (index: number) => string
}

export interface ChartOptions {
  colours: ChartColours
  /** Formats the value at a tick. */
  format: (value: number) => string
  /** Fewer ticks, no title: for the small charts. */
  small: boolean
  /** The ends of the axes; null where they follow the points. */
  xMax: number | null
  yMin: number | null
  yMax: number | null
}

const MONO = { family: 'Mono, monospace', size: 10.5 }

/** The colour of a series' tone. */
function toneColour(tone: Tone, colours: ChartColours): string {
  if (tone === 'main') return colours.ink
  if (tone === 'second') return colours.dim
  if (tone === 'faint') return colours.faint
  return colours.task(Number(tone.slice('task-'.length)))
}

function dataset(series: LineSeries, colours: ChartColours): ChartDataset<'line', Point[]> {
  const colour = toneColour(series.tone, colours)
  return {
    label: series.label,
    data: series.points,
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: series.tone === 'faint' ? 1 : 1.5,
    borderDash: series.dash ? [4, 3] : [],
    borderJoinStyle: 'round',
    pointRadius: series.dots ? 2 : 0,
    pointHoverRadius: series.dots ? 2 : 0,
    tension: 0,
    clip: 3,
  }
}

function chartConfig(
  series: readonly LineSeries[],
  options: ChartOptions,
): ChartConfiguration<'line', Point[]> {
  const { colours } = options
  return {
    type: 'line',
    data: { datasets: series.map((one) => dataset(one, colours)) },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      events: [],
      layout: { padding: { top: 6, right: 8 } },
      plugins: {
        decimation: { enabled: true, algorithm: 'min-max' },
        zoom: {
          zoom: {
            mode: 'x',
            drag: { enabled: true, threshold: 6, backgroundColor: colours.select, borderWidth: 0 },
          },
        },
      },
      scales: scales(options),
    },
  }
}

type Scales = NonNullable<NonNullable<ChartConfiguration<'line'>['options']>['scales']>

function scales({ colours, format, small, xMax, yMin, yMax }: ChartOptions): Scales {
  const ticks = { color: colours.dim, font: MONO, autoSkip: true, maxRotation: 0 }
  return {
    x: {
      type: 'linear',
      min: 0,
      ...(xMax === null ? {} : { max: xMax }),
      border: { color: colours.line },
      grid: { display: false, tickLength: 4, drawTicks: true, tickColor: colours.line },
      ticks: {
        ...ticks,
        maxTicksLimit: small ? 4 : 8,
        precision: 0,
        padding: 2,
        // A zoomed stretch may begin between two steps, where there is no step to name.
        callback: (value) => (Number.isInteger(value) ? integer(Number(value)) : ''),
      },
    },
    y: {
      type: 'linear',
      grace: '6%',
      ...(yMin === null ? {} : { min: yMin }),
      ...(yMax === null ? {} : { max: yMax }),
      border: { display: false },
      grid: { color: colours.line, drawTicks: false, lineWidth: 0.5 },
      ticks: {
        ...ticks,
        maxTicksLimit: small ? 3 : 7,
        padding: 6,
        callback: (value) => format(Number(value)),
      },
      // One width for all axes, so that charts over each other share their x axis.
      afterFit: (axis) => {
        axis.width = 48
      },
    },
  }
}

/** Makes a chart on a canvas. */
export function createChart(
  canvas: HTMLCanvasElement,
  series: readonly LineSeries[],
  options: ChartOptions,
): LineChart {
  return new Chart(canvas, chartConfig(series, options))
}
