/**
 * Draws the packing canvas: one frame when something has changed, none otherwise. Where only the marks have changed,
 * only the rows under them are drawn. The drawing itself is in packing/painter.ts.
 */
import { useDevicePixelRatio, usePreferredDark } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { BatchModel } from '../packing/batch-model'
import { tokenClasses, type Colouring } from '../packing/classes'
import type { TokenLosses } from '../packing/losses'
import { paint, repaintRows } from '../packing/painter'
import { GUTTER, RULER, type Context, type Marks, type Scene } from '../packing/scene'
import { textureCanvas } from '../packing/texture'
import type { Size, Viewport } from '../packing/viewport'
import { patternOf } from '../theme/colours'
import { readPalette } from '../theme/palette'
import { useSettings } from './use-settings'

export interface PackingPicture {
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>
  model: Readonly<Ref<BatchModel | null>>
  colouring: Readonly<Ref<Colouring>>
  colourOfTask: () => readonly number[]
  taskNames: () => readonly string[]
  losses: () => TokenLosses | null
}

export interface PackingLook {
  view: Readonly<Ref<Viewport | null>>
  /** Size of the plot, without gutter and ruler; null while the canvas has none. */
  size: Readonly<Ref<Size | null>>
  marks: Readonly<Ref<Marks>>
}

export function usePackingFrames(picture: PackingPicture, look: PackingLook): void {
  const { canvas } = picture
  const { pixelRatio } = useDevicePixelRatio()
  const scene = useScene(picture, look)
  const fontsReady = shallowRef(false)
  void document.fonts.ready.then(() => (fontsReady.value = true))

  let frame = 0
  /** The marks on the canvas; null where everything has to be drawn. */
  let drawn: Marks | null = null
  function draw(): void {
    frame = 0
    const context = canvas.value?.getContext('2d')
    if (!context || !scene.value) return
    if (resize(context, scene.value.size, pixelRatio.value)) drawn = null
    const marks = look.marks.value
    const whole: Scene = { ...scene.value, ...marks }
    if (drawn) repaintRows(context, whole, rowsOf(drawn, marks))
    else paint(context, whole)
    drawn = marks
  }
  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }
  onScopeDispose(() => cancelAnimationFrame(frame))
  watch(look.marks, schedule, { flush: 'post' })
  watch(
    [scene, pixelRatio, fontsReady],
    () => {
      drawn = null
      schedule()
    },
    { flush: 'post' },
  )
}

/** Everything that is drawn except the marks; null until all of it is there. */
function useScene(
  picture: PackingPicture,
  look: PackingLook,
): Readonly<Ref<Omit<Scene, keyof Marks> | null>> {
  const { canvas, model, colouring, colourOfTask, taskNames, losses } = picture
  const { settings } = useSettings()
  const dark = usePreferredDark()
  const palette = computed(() => {
    // The palette is read again when the theme changes; the style is in place before the next frame is drawn.
    void [dark.value, settings.value?.theme]
    const surface = canvas.value?.parentElement
    return surface ? readPalette(surface, colouring.value) : null
  })
  const classes = computed(() =>
    model.value ? tokenClasses(model.value, colouring.value, colourOfTask(), losses()) : null,
  )
  const texture = computed(() => {
    if (!model.value || !classes.value || !palette.value) return null
    const { columns, rows } = model.value.extent
    return textureCanvas(classes.value, palette.value.texture, columns, rows)
  })
  return computed(() => {
    const [view, size] = [look.view.value, look.size.value]
    if (!model.value || !classes.value || !texture.value || !palette.value || !view || !size) return null
    return {
      model: model.value,
      classes: classes.value,
      texture: texture.value,
      palette: palette.value,
      taskNames: taskNames(),
      patternOfTask: colouring.value === 'task' ? colourOfTask().map(patternOf) : null,
      view,
      size,
    }
  })
}

/** Gives the canvas the pixels of its place, which clears it; false where it already had them. */
function resize(context: Context, size: Size, ratio: number): boolean {
  const { canvas } = context
  const width = Math.round((size.width + GUTTER) * ratio)
  const height = Math.round((size.height + RULER) * ratio)
  const changed = canvas.width !== width || canvas.height !== height
  if (changed) {
    canvas.width = width
    canvas.height = height
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return changed
}

/** The rows under any of the marks. */
function rowsOf(...marks: readonly Marks[]): Set<number> {
  const rows = marks.flatMap(({ hover, cursor, pinned }) => [hover?.row, cursor?.row, pinned?.row])
  return new Set(rows.filter((row) => row !== undefined))
}
