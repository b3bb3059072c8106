/**
 * Zooming a chart by a box, the wheel or a key. What of x is in sight is shared by the charts of a place, what of y is
 * the chart's own. The wheel goes on scrolling what it scrolls when a chart comes under a pointer that rests, and where
 * all is in sight, zooming out leaves it to the place.
 */
import { useEventListener } from '@vueuse/core'
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { boxOf, isDrag, type Box, type Place } from '../charts/box'
import type { AxisEnds } from '../charts/ticks'
import { moved, within, zoomedAbout } from '../charts/zoom'
import type { ChartGroup } from './use-chart-group'
import type { UseLineChartReturn } from './use-line-chart'

/** Movement of the wheel that shows half as much. */
const HALVING = 280
const SCROLLS_ON_MS = 400

export interface UseChartZoomReturn {
  /** The box that is being drawn. */
  box: ShallowRef<Box | null>
  isZoomed: ComputedRef<boolean>
  reset: () => void
  press: (place: Place) => void
  drag: (place: Place) => void
  /** Zooms into the box. Returns whether there was one. */
  release: () => boolean
  giveUp: () => void
  wheel: (event: WheelEvent) => void
  /** Zooms about where the charts are pointed at. @param factor below 1 shows less */
  by: (factor: number) => void
}

export function useChartZoom(
  group: ChartGroup,
  { view, yZoom, drawSoon }: Pick<UseLineChartReturn, 'view' | 'yZoom' | 'drawSoon'>,
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>,
): UseChartZoomReturn {
  const box = shallowRef<Box | null>(null)
  const isZoomed = computed(() => group.zoom.value !== null || yZoom.value !== null)
  const ends = (): AxisEnds => group.zoom.value ?? group.whole.value
  let pressed: Place | null = null
  let scrolledAt = -Infinity
  const scrolled = (event: Event): void => {
    if (event.target instanceof Node && event.target.contains(canvas.value)) scrolledAt = event.timeStamp
  }
  useEventListener(document, 'scroll', scrolled, { capture: true, passive: true })

  function show(next: AxisEnds | null): void {
    group.zoom.value = next
    drawSoon()
  }

  function reset(): void {
    yZoom.value = null
    show(null)
  }

  function giveUp(): void {
    pressed = null
    box.value = null
  }

  function release(): boolean {
    const [drawn, found] = [view.value, box.value]
    giveUp()
    if (!drawn || !found || found.width === 0) return false
    const { left, top, width, height, flat } = found
    if (!flat) yZoom.value = { min: drawn.valueY(top + height), max: drawn.valueY(top) }
    show(within({ min: drawn.valueX(left), max: drawn.valueX(left + width) }, group.whole.value))
    return true
  }

  function wheel(event: WheelEvent): void {
    const drawn = view.value
    if (!drawn || event.timeStamp - scrolledAt < SCROLLS_ON_MS) return
    const [across, down] = event.shiftKey ? [event.deltaY, 0] : [event.deltaX, event.deltaY]
    const { log_x: log } = group.choices.value
    const sideways = Math.abs(across) > Math.abs(down)
    if (group.zoom.value === null && (sideways || down > 0)) return
    event.preventDefault()
    const { left, right } = drawn.area
    const at = drawn.valueX(Math.min(right, Math.max(left, event.offsetX)))
    show(
      sideways
        ? moved(ends(), across / (right - left), group.whole.value, log)
        : zoomedAbout(ends(), at, 2 ** (down / HALVING), group.whole.value, log),
    )
  }

  function by(factor: number): void {
    const { area } = view.value ?? {}
    const middle = area && view.value?.valueX((area.left + area.right) / 2)
    const at = group.pointed.value?.x ?? middle ?? ends().max
    show(zoomedAbout(ends(), at, factor, group.whole.value, group.choices.value.log_x))
  }

  return {
    box,
    isZoomed,
    reset,
    press: (place) => (pressed = place),
    drag: (place) => {
      const area = view.value?.area
      if (pressed && area && (box.value || isDrag(pressed, place))) box.value = boxOf(pressed, place, area)
    },
    release,
    giveUp,
    wheel,
    by,
  }
}
