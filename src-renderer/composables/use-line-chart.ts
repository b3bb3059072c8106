/**
 * A Chart.js line chart on a canvas. It is made when the canvas is there, redrawn when its points have changed, made
 * anew when its lines or the theme change, and destroyed with its component. Each making and drawing has a frame of its
 * own.
 */
import { usePreferredDark } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import {
  createChart,
  type ChartColours,
  type ChartOptions,
  type LineChart,
  type LineSeries,
} from '../charts/chart'
import { drawLater, forgetDrawing } from '../charts/frame-queue'
import { colourReader } from '../theme/palette'
import { useSettings } from './use-settings'

export interface UseLineChartOptions {
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>
  series: () => readonly LineSeries[]
  options: () => Omit<ChartOptions, 'colours'>
  /** Grows when the points have changed. */
  version: () => number
}

function readChartColours(element: HTMLElement): ChartColours {
  const read = colourReader(element)
  const tasks = Array.from({ length: 8 }, (_, index) => read(`--task-${index}`))
  return {
    ink: read('--ink'),
    dim: read('--ink-3'),
    faint: read('--line-strong'),
    line: read('--line'),
    accent: read('--accent'),
    select: read('--accent-soft'),
    task: (index) => tasks[index % tasks.length] ?? read('--ink'),
  }
}

export interface UseLineChartReturn {
  chart: ShallowRef<LineChart | null>
  resetZoom: () => void
}

export function useLineChart({ canvas, series, options, version }: UseLineChartOptions): UseLineChartReturn {
  const chart = shallowRef<LineChart | null>(null)
  const { settings } = useSettings()
  const dark = usePreferredDark()

  function make(): void {
    chart.value?.destroy()
    chart.value = null
    const parent = canvas.value?.parentElement
    if (!canvas.value || !parent) return
    chart.value = createChart(canvas.value, series(), { ...options(), colours: readChartColours(parent) })
  }

  function update(): void {
    const drawn = chart.value
    if (!drawn) return
    // Thinning has replaced the data with its own list, so the whole list is set again.
    series().forEach(({ points }, index) => {
      const data = drawn.data.datasets[index]
      if (data) data.data = points
    })
    const { x } = drawn.options.scales ?? {}
    const { xMax } = options()
    if (x && xMax !== null && !drawn.isZoomedOrPanned()) x.max = xMax
    drawn.update('none')
  }

  const shape = (): string => JSON.stringify(series().map(({ label, tone }) => [label, tone]))
  watch([canvas, shape, dark, () => settings.value?.theme], () => drawLater(make), { flush: 'post' })
  watch(version, () => drawLater(update))
  onScopeDispose(() => {
    forgetDrawing(make)
    forgetDrawing(update)
    chart.value?.destroy()
  })

  return { chart, resetZoom: () => chart.value?.resetZoom('none') }
}
