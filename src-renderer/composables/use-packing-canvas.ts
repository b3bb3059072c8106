/**
 * Drives the packing canvas: what is in view (use-packing-view.ts), what is drawn (use-packing-frames.ts), and the
 * pointer over it.
 */
import { useElementSize, useEventListener } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import type { Span } from '../api/types'
import { spanAt } from '../packing/batch-model'
import { GUTTER, RULER, type Marks } from '../packing/scene'
import { cellAt, type Cell, type Size } from '../packing/viewport'
import { usePackingFrames, type PackingPicture } from './use-packing-frames'
import { usePackingView, type UsePackingViewReturn } from './use-packing-view'

export interface PackingCanvasOptions extends PackingPicture {
  pinned: Readonly<Ref<Span | null>>
}

export interface UsePackingCanvasReturn extends UsePackingViewReturn {
  /** Size of the plot, without gutter and ruler, in pixels; null while the canvas has no place. */
  size: Readonly<Ref<Size | null>>
  cellUnder: (event: PointerEvent) => Cell | null
  spanUnder: (cell: Cell | null) => Span | null
}

export function usePackingCanvas(options: PackingCanvasOptions): UsePackingCanvasReturn {
  const { canvas, model, pinned } = options
  const box = useElementSize(canvas)
  const size = computed<Size | null>(() => {
    const [width, height] = [box.width.value, box.height.value]
    return width === 0 ? null : { width: Math.max(1, width - GUTTER), height: Math.max(1, height - RULER) }
  })
  const looking = usePackingView(model, size)
  const { view, hover, cursor, pan, zoom } = looking
  const marks = computed<Marks>(() => ({ hover: hover.value, cursor: cursor.value, pinned: pinned.value }))
  usePackingFrames(options, { view, size, marks })

  useEventListener(
    canvas,
    'wheel',
    (event: WheelEvent) => {
      event.preventDefault()
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY
      if (event.shiftKey) pan(event.deltaX, pixels)
      else zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0022)), ...at(event))
    },
    { passive: false },
  )
  function cellUnder(event: PointerEvent): Cell | null {
    const [px, py] = at(event)
    if (!model.value || !view.value || px < 0 || py < 0) return null
    return cellAt(view.value, model.value.extent, px, py)
  }
  const spanUnder = (cell: Cell | null): Span | null =>
    cell && model.value ? spanAt(model.value, cell) : null
  return { ...looking, size, cellUnder, spanUnder }
}

/** Where the pointer is in the plot, in pixels. */
function at(event: PointerEvent | WheelEvent): [px: number, py: number] {
  return [event.offsetX - GUTTER, event.offsetY - RULER]
}
