/**
 * Where a chart is pointed at, by pointer or keyboard, and what is there. It is kept as a value of x, so that it stays
 * right when the chart is drawn anew; a resting pointer follows what comes under it.
 */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue'
import type { Place } from '../charts/box'
import type { View } from '../charts/view'
import type { ChartGroup } from './use-chart-group'
import type { UseChartZoomReturn } from './use-chart-zoom'
import type { DrawnLine, UseLineChartReturn } from './use-line-chart'

/** How long to wait for the second click of a double click. */
const SECOND_CLICK_MS = 250

export interface ChartPointerOptions {
  by: symbol
  group: ChartGroup
  chart: Pick<UseLineChartReturn, 'view' | 'lines'>
  zoom: UseChartZoomReturn
  /** A value was clicked, or Enter pressed on it. */
  open: (step: number, line: DrawnLine) => void
}

/** A line's value at a place. */
export interface Reading {
  line: DrawnLine
  /** Index in the line's curve; -1 where it has none there. */
  at: number
}

export interface UseChartPointerReturn {
  /** Each line's value nearest to where the charts of the place are pointed at, or its last. */
  readings: ComputedRef<Reading[]>
  /** The value that this chart itself is pointed at with. */
  nearest: ComputedRef<Reading | null>
  on: Record<string, (event: never) => void>
}

export function useChartPointer({
  by,
  group,
  chart,
  zoom,
  open,
}: ChartPointerOptions): UseChartPointerReturn {
  const { view, lines } = chart
  /** Where the pointer is on the canvas; null where it is elsewhere, or the keyboard has moved since. */
  const pointer = shallowRef<Place | null>(null)
  let opening: ReturnType<typeof setTimeout> | undefined
  let wasBox = false
  onScopeDispose(() => clearTimeout(opening))

  const readings = computed<Reading[]>(() => {
    const { value: pointed } = group.pointed
    return lines.value.map((line) => ({ line, at: pointed ? line.curve.nearest(pointed.x) : lastOf(line) }))
  })
  const nearest = computed<Reading | null>(() => {
    if (group.pointed.value?.by !== by) return null
    const known = readings.value.filter(({ at }) => at >= 0)
    const away = (reading: Reading): number => distance(reading, view.value, pointer.value)
    return known.reduce<Reading | null>((best, one) => (best && away(best) <= away(one) ? best : one), null)
  })

  function follow(): void {
    if (!pointer.value || !view.value || zoom.box.value) return
    const { curve } = longestOf(lines.value) ?? {}
    const at = curve?.nearest(view.value.valueX(pointer.value.x)) ?? -1
    group.pointed.value = curve && at >= 0 ? { x: curve.x[at] ?? NaN, by } : null
  }
  watch(view, follow)

  function leave(): void {
    pointer.value = null
    if (group.pointed.value?.by === by) group.pointed.value = null
  }

  function move(event: PointerEvent): void {
    pointer.value = placeOf(event)
    zoom.drag(pointer.value)
    follow()
  }

  function click(event: MouseEvent): void {
    clearTimeout(opening)
    const found = nearest.value
    if (wasBox || event.detail !== 1 || !found) return
    opening = setTimeout(() => openAt(found), SECOND_CLICK_MS)
  }

  function openAt({ line, at }: Reading): void {
    open(line.curve.step[at] ?? 0, line)
  }

  /** Points at the next value to either side; at first, at the last but one or the last. */
  function walk(values: number): void {
    const { curve } = longestOf(lines.value) ?? {}
    if (!curve || curve.length === 0) return
    pointer.value = null
    const from = group.pointed.value ? curve.nearest(group.pointed.value.x) : curve.length - 1
    const to = Math.min(curve.length - 1, Math.max(0, from + values))
    group.pointed.value = { x: curve.x[to] ?? NaN, by }
  }

  const keys: Record<string, () => void> = {
    ArrowLeft: () => walk(-1),
    ArrowRight: () => walk(1),
    '+': () => zoom.by(0.5),
    '=': () => zoom.by(0.5),
    '-': () => zoom.by(2),
    Enter: () => nearest.value && openAt(nearest.value),
  }
  function key(event: KeyboardEvent): void {
    const acts = keys[event.key]
    if (event.key === 'Escape' && (zoom.isZoomed.value || group.pointed.value)) {
      leave()
      zoom.reset()
      event.stopPropagation()
    } else if (acts && !event.ctrlKey && !event.metaKey && !event.altKey) {
      acts()
      event.preventDefault()
    }
  }

  const on = {
    pointermove: move,
    pointerdown: (event: PointerEvent) => event.button === 0 && zoom.press(placeOf(event)),
    pointerup: () => (wasBox = zoom.release()),
    pointercancel: zoom.giveUp,
    pointerleave: () => {
      zoom.giveUp()
      leave()
    },
    click,
    dblclick: zoom.reset,
    wheel: zoom.wheel,
    keydown: key,
    blur: leave,
  }
  return { readings, nearest, on }
}

/** Pixels from a place to a value; 0 where there is no place. */
function distance({ line: { curve }, at }: Reading, view: View | null, place: Place | null): number {
  if (!view || !place) return 0
  const down = view.pixelY(curve.shown[at] ?? NaN) - place.y
  const across = view.pixelX(curve.x[at] ?? NaN) - place.x
  return Number.isFinite(down) ? Math.hypot(down, across) : Infinity
}

function longestOf(lines: readonly DrawnLine[]): DrawnLine | null {
  const longer = (best: DrawnLine | null, line: DrawnLine): DrawnLine =>
    best && best.curve.length >= line.curve.length ? best : line
  return lines.reduce(longer, null)
}

/** Index of a line's last value that is no gap; -1 where it has none. */
function lastOf({ curve }: DrawnLine): number {
  let at = curve.length - 1
  while (at >= 0 && !Number.isFinite(curve.y[at])) at--
  return at
}

function placeOf(event: MouseEvent): Place {
  return { x: event.offsetX, y: event.offsetY }
}
