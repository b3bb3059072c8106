/**
 * A line chart on a canvas: made when the canvas is there, redrawn when its points, choices, size or what is in sight
 * have changed, made anew when the theme changes, and destroyed with its component. Each making and drawing has a frame
 * of its own.
 */
import { useElementSize, usePreferredDark } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { chartColours, createChart, drawPlot, type ChartColours, type LineChart } from '../charts/chart'
import { Curve } from '../charts/curve'
import { drawAtHand, drawLater, forgetDrawing } from '../charts/frame-queue'
import { drawnSeries, type LineSeries } from '../charts/line-series'
import { plotOf } from '../charts/plot'
import type { Point } from '../charts/series'
import type { AxisEnds, Scale } from '../charts/ticks'
import { View } from '../charts/view'
import type { XChoice } from '../charts/x-axes'
import { colourReader } from '../theme/palette'
import type { ChartGroup } from './use-chart-group'
import { useSettings } from './use-settings'

export interface UseLineChartOptions {
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>
  group: ChartGroup
  series: () => readonly LineSeries[]
  look: () => { small: boolean; yMin: number | null; yMax: number | null; yScale: Scale }
}

/** A line and its values along the chosen x. */
export interface DrawnLine {
  series: LineSeries
  curve: Curve
}

export interface UseLineChartReturn {
  /** As it was last drawn; null before. */
  view: ShallowRef<View | null>
  lines: ComputedRef<DrawnLine[]>
  /** What of y is in sight; null where it follows the values. */
  yZoom: ShallowRef<AxisEnds | null>
  /** Values that cannot be drawn, which are 0 or below on a log axis. */
  notPositive: ShallowRef<number>
  /** Draws in the next frame: while a hand is on the chart. */
  drawSoon: () => void
}

/** Height of the x axis and width of the y axis, about: what the plot is less than the canvas. */
const [ACROSS, DOWN] = [66, 26]

export function useLineChart({ canvas, group, series, look }: UseLineChartOptions): UseLineChartReturn {
  let chart: LineChart | null = null
  let colours: ChartColours | null = null
  const view = shallowRef<View | null>(null)
  const yZoom = shallowRef<AxisEnds | null>(null)
  const notPositive = shallowRef(0)
  const { settings } = useSettings()
  const dark = usePreferredDark()
  const box = useElementSize(canvas)
  const lines = useCurves(group, series)

  function make(): void {
    chart?.destroy()
    chart = null
    const parent = canvas.value?.parentElement
    if (!canvas.value || !parent) return
    colours = chartColours(colourReader(parent))
    chart = createChart(canvas.value, colours)
    draw()
  }

  function draw(): void {
    if (!chart || !colours) return
    const drawn = lines.value
    const plot = plotOf({
      ...look(),
      curves: drawn.map(({ curve }) => curve),
      choices: group.choices.value,
      stretch: group.zoom.value ?? group.whole.value,
      yZoom: yZoom.value,
      columns: box.width.value - ACROSS,
      rows: box.height.value - DOWN,
    })
    drawPlot(chart, plot, drawn.map(({ series: one }) => one), colours) // prettier-ignore
    const { left, right, top, bottom } = chart.chartArea
    view.value = new View({ left, right, top, bottom }, plot.x, plot.y)
    notPositive.value = plot.notPositive
  }

  watch([canvas, dark, () => settings.value?.theme], () => drawLater(make), { flush: 'post' })
  watch(
    [lines, group.zoom, group.whole, group.choices, yZoom, box.width, box.height],
    () => drawLater(draw),
    {
      flush: 'post',
    },
  )
  watch(group.zoom, (zoom) => {
    if (zoom === null) yZoom.value = null
  })
  onScopeDispose(() => {
    forgetDrawing(make)
    forgetDrawing(draw)
    chart?.destroy()
  })
  return { view, lines, yZoom, notPositive, drawSoon: () => drawAtHand(draw) }
}

interface KnownCurve {
  curve: Curve
  /** What it is drawn over. */
  x: XChoice
  axes: LineSeries['axes']
}

/** The lines with their curves, which are read anew only when what they are drawn over or their smoothing changes. */
function useCurves(group: ChartGroup, series: () => readonly LineSeries[]): ComputedRef<DrawnLine[]> {
  let known = new Map<Point[], KnownCurve>()
  return computed(() => {
    void group.version()
    const { x, smoothing } = group.choices.value
    const next: typeof known = new Map()
    const drawn = drawnSeries(series(), smoothing).map((one) => {
      const share = one.asIs || one.dots ? 0 : smoothing
      const before = known.get(one.points)
      const isAlong = before?.x === x && before.axes === one.axes
      const fits = isAlong && (before.curve.smoothing === share || before.curve.smoothAgain(share))
      const curve = fits ? before.curve : new Curve(one.axes?.along(x) ?? ((step) => step), share)
      curve.follow(one.points)
      next.set(one.points, { curve, x, axes: one.axes })
      return { series: one, curve }
    })
    known = next
    return drawn
  })
}
