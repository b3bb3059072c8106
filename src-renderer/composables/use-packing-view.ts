/**
 * Which part of the batch the packing canvas shows: pan, zoom, and the cursor that the keyboard moves. The view follows
 * the plot's size: a fitted batch stays fitted, and a conversation that was zoomed to stays in sight.
 */
import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Span } from '../api/types'
import type { BatchModel } from '../packing/batch-model'
import {
  fit,
  frameSpan,
  panBy,
  reveal,
  within,
  zoomAt,
  type Cell,
  type Extent,
  type Size,
  type Viewport,
} from '../packing/viewport'

export type SpanPlace = Pick<Span, 'row' | 'offset' | 'length'>

export interface UsePackingViewReturn {
  view: ShallowRef<Viewport | null>
  hover: ShallowRef<Cell | null>
  /** The token at the keyboard's cursor. */
  cursor: ShallowRef<Cell | null>
  fitAll: () => void
  /** Zooms about a point of the plot, its middle by default. */
  zoom: (factor: number, px?: number, py?: number) => void
  pan: (dx: number, dy: number) => void
  /** Moves the cursor to a token, and the view so that it is in sight. */
  show: (cell: Cell) => void
  /** Zooms to a conversation, and puts the cursor at its start. */
  showSpan: (span: SpanPlace) => void
}

/** @param size of the plot; null while the canvas has none */
export function usePackingView(
  model: Readonly<Ref<BatchModel | null>>,
  size: Readonly<Ref<Size | null>>,
): UsePackingViewReturn {
  const view = shallowRef<Viewport | null>(null)
  const hover = shallowRef<Cell | null>(null)
  const cursor = shallowRef<Cell | null>(null)
  let fitted = true
  /** The conversation that was zoomed to, until the view is moved. */
  let framed: SpanPlace | null = null

  /** Moves the view, where there is one to move. */
  function move(to: (view: Viewport, extent: Extent, size: Size) => Viewport): void {
    if (!model.value || !view.value || !size.value) return
    look(to(view.value, model.value.extent, size.value), model.value.extent, size.value)
  }
  function look(next: Viewport, extent: Extent, plot: Size): void {
    view.value = next
    fitted = next.sx <= fit(extent, plot).sx * 1.001
    framed = null
  }
  function fitAll(): void {
    if (!model.value || !size.value) return
    const { extent } = model.value
    look(fit(extent, size.value), extent, size.value)
  }
  function zoom(factor: number, px?: number, py?: number): void {
    move((from, extent, plot) =>
      zoomAt(from, extent, plot, factor, px ?? plot.width / 2, py ?? plot.height / 2),
    )
  }
  function pan(dx: number, dy: number): void {
    move((from, extent, plot) => panBy(from, extent, plot, dx, dy))
  }
  function show(cell: Cell): void {
    cursor.value = cell
    move((from, extent, plot) => reveal(from, extent, plot, cell))
  }
  function showSpan(span: SpanPlace): void {
    cursor.value = { row: span.row, position: span.offset }
    if (!view.value) return
    move((from, extent, plot) => frameSpan(from, extent, plot, span))
    framed = span
  }

  watch([size, () => model.value?.extent.columns, () => model.value?.extent.rows], () => {
    if (framed) showSpan(framed)
    else if (!view.value || fitted) fitAll()
    else move(within)
  })
  watch(model, () => {
    hover.value = null
    framed = null
    if (cursor.value && model.value && !holds(model.value.extent, cursor.value)) cursor.value = null
  })
  return { view, hover, cursor, fitAll, zoom, pan, show, showSpan }
}

function holds(extent: Extent, { row, position }: Cell): boolean {
  return row < extent.rows && position < extent.columns
}
