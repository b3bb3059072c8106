/**
 * Drives the packing canvas: pan, zoom, hover and the keyboard's cursor, and one frame drawn when something changed,
 * none otherwise; where only what is pointed at has changed, its rows alone. The drawing itself is packing/painter.ts.
 */
import { useDevicePixelRatio, useElementSize, useEventListener, usePreferredDark } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Span } from '../api/types'
import { patternOf } from '../theme/colours'
import { spanAt, type BatchModel } from '../packing/batch-model'
import { tokenClasses, type Colouring } from '../packing/classes'
import type { TokenLosses } from '../packing/losses'
import { paint, repaintRows } from '../packing/painter'
import { readPalette } from '../theme/palette'
import { GUTTER, RULER, type Marks } from '../packing/scene'
import { textureCanvas } from '../packing/texture'
import {
  cellAt,
  fit,
  frameSpan,
  panBy,
  reveal,
  within,
  zoomAt,
  type Cell,
  type Size,
  type Viewport,
} from '../packing/viewport'
import { useSettings } from './use-settings'

export interface PackingCanvasOptions {
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>
  model: Readonly<Ref<BatchModel | null>>
  colouring: Readonly<Ref<Colouring>>
  colourOfTask: () => readonly number[]
  taskNames: () => readonly string[]
  pinned: Readonly<Ref<Span | null>>
  losses: () => TokenLosses | null
}

export interface UsePackingCanvasReturn {
  view: ShallowRef<Viewport | null>
  /** The plot, without gutter and ruler, in pixels. */
  size: Readonly<Ref<Size>>
  hover: ShallowRef<Cell | null>
  /** The token that the keyboard is at. */
  cursor: ShallowRef<Cell | null>
  fitAll: () => void
  /** Zooms about a point of the plot, its middle by default. */
  zoom: (factor: number, px?: number, py?: number) => void
  pan: (dx: number, dy: number) => void
  /** Moves the cursor to a token, and the view so that it is in sight. */
  show: (cell: Cell) => void
  /** Zooms to a conversation, and puts the cursor at its start. */
  showSpan: (span: Pick<Span, 'row' | 'offset' | 'length'>) => void
  cellUnder: (event: PointerEvent) => Cell | null
  spanUnder: (cell: Cell | null) => Span | null
}

/** The rows that any of the marks is on. */
function rowsOf(...marks: readonly Marks[]): Set<number> {
  const rows = marks.flatMap(({ hover, cursor, pinned }) => [hover?.row, cursor?.row, pinned?.row])
  return new Set(rows.filter((row) => row !== undefined))
}

export function usePackingCanvas(options: PackingCanvasOptions): UsePackingCanvasReturn {
  const { canvas, model } = options
  const { settings } = useSettings()
  const box = useElementSize(canvas)
  const { pixelRatio } = useDevicePixelRatio()
  const dark = usePreferredDark()

  const view = shallowRef<Viewport | null>(null)
  const hover = shallowRef<Cell | null>(null)
  const cursor = shallowRef<Cell | null>(null)
  const size = computed<Size>(() => ({
    width: Math.max(1, box.width.value - GUTTER),
    height: Math.max(1, box.height.value - RULER),
  }))
  const fontsReady = shallowRef(false)
  void document.fonts.ready.then(() => (fontsReady.value = true))

  const palette = computed(() => {
    // Read again when the theme changes; the style is in place by the time the next frame is drawn.
    void [dark.value, settings.value?.theme]
    return canvas.value?.parentElement
      ? readPalette(canvas.value.parentElement, options.colouring.value)
      : null
  })
  const classes = computed(() =>
    model.value
      ? tokenClasses(model.value, options.colouring.value, options.colourOfTask(), options.losses())
      : null,
  )
  const texture = computed(() => {
    if (!model.value || !classes.value || !palette.value) return null
    const { columns, rows } = model.value.extent
    return textureCanvas(classes.value, palette.value.texture, columns, rows)
  })

  // ---------------------------------------------------------------- frames
  let frame = 0
  /** The marks that are on the canvas; null where all of it has to be drawn. */
  let drawn: Marks | null = null
  function draw(): void {
    frame = 0
    const context = canvas.value?.getContext('2d')
    if (
      !context ||
      !canvas.value ||
      !model.value ||
      !classes.value ||
      !texture.value ||
      !palette.value ||
      !view.value
    ) {
      return
    }
    const ratio = pixelRatio.value
    const [width, height] = [Math.round(box.width.value * ratio), Math.round(box.height.value * ratio)]
    if (canvas.value.width !== width || canvas.value.height !== height) {
      canvas.value.width = width
      canvas.value.height = height
      drawn = null
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const marks: Marks = { hover: hover.value, cursor: cursor.value, pinned: options.pinned.value }
    const scene = {
      model: model.value,
      classes: classes.value,
      texture: texture.value,
      palette: palette.value,
      taskNames: options.taskNames(),
      patternOfTask: options.colouring.value === 'task' ? options.colourOfTask().map(patternOf) : null,
      view: view.value,
      size: size.value,
      ...marks,
    }
    if (drawn) repaintRows(context, scene, rowsOf(drawn, marks))
    else paint(context, scene)
    drawn = marks
  }
  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }
  onScopeDispose(() => cancelAnimationFrame(frame))
  watch([hover, cursor, options.pinned], schedule, { flush: 'post' })
  watch(
    [view, texture, () => options.taskNames(), size, pixelRatio, fontsReady],
    () => {
      drawn = null
      schedule()
    },
    { flush: 'post' },
  )

  // ---------------------------------------------------------------- where it looks
  const isFitted = (): boolean => {
    if (!view.value || !model.value) return true
    return view.value.sx <= fit(model.value.extent, size.value).sx * 1.001
  }
  let fitted = true
  /** The conversation that was zoomed to, until the view is moved: it stays in sight when the plot changes its size. */
  let framed: Pick<Span, 'row' | 'offset' | 'length'> | null = null

  function change(next: Viewport): void {
    view.value = next
    fitted = isFitted()
    framed = null
  }
  function fitAll(): void {
    if (model.value && box.width.value > 0) change(fit(model.value.extent, size.value))
  }
  function zoom(factor: number, px = size.value.width / 2, py = size.value.height / 2): void {
    if (model.value && view.value) change(zoomAt(view.value, model.value.extent, size.value, factor, px, py))
  }
  function pan(dx: number, dy: number): void {
    if (model.value && view.value) change(panBy(view.value, model.value.extent, size.value, dx, dy))
  }
  function show(cell: Cell): void {
    cursor.value = cell
    if (model.value && view.value) change(reveal(view.value, model.value.extent, size.value, cell))
  }
  function showSpan(span: Pick<Span, 'row' | 'offset' | 'length'>): void {
    cursor.value = { row: span.row, position: span.offset }
    if (!model.value || !view.value) return
    change(frameSpan(view.value, model.value.extent, size.value, span))
    framed = span
  }

  watch([size, () => model.value?.extent.columns, () => model.value?.extent.rows], () => {
    if (!model.value || box.width.value === 0) return
    if (framed) showSpan(framed)
    else if (!view.value || fitted) fitAll()
    else change(within(view.value, model.value.extent, size.value))
  })
  watch(model, () => {
    hover.value = null
    framed = null
    const { extent } = model.value ?? {}
    if (
      cursor.value &&
      extent &&
      (cursor.value.row >= extent.rows || cursor.value.position >= extent.columns)
    ) {
      cursor.value = null
    }
  })

  // ---------------------------------------------------------------- pointer
  const at = (event: PointerEvent | WheelEvent): [number, number] => [
    event.offsetX - GUTTER,
    event.offsetY - RULER,
  ]

  function cellUnder(event: PointerEvent): Cell | null {
    const [px, py] = at(event)
    if (!model.value || !view.value || px < 0 || py < 0) return null
    return cellAt(view.value, model.value.extent, px, py)
  }

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

  const spanUnder = (cell: Cell | null): Span | null =>
    cell && model.value ? spanAt(model.value, cell) : null

  return { view, size, hover, cursor, fitAll, zoom, pan, show, showSpan, cellUnder, spanUnder }
}
