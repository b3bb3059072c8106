/**
 * Draws a batch as a strip on a canvas: again when the batch, the canvas's size or the theme changes, in a frame of its
 * own.
 */
import { useDevicePixelRatio, useElementSize, usePreferredDark } from '@vueuse/core'
import { computed, onScopeDispose, watch, type Ref, type ShallowRef } from 'vue'
import { drawLater, forgetDrawing } from '../charts/frame-queue'
import { readPalette } from '../theme/palette'
import { paintStrip, type Strip } from '../packing/strip'
import type { Size } from '../packing/viewport'
import { useSettings } from './use-settings'

export interface UseStripCanvasReturn {
  /** Size of the canvas, in pixels of the page. */
  size: Readonly<Ref<Size>>
}

export function useStripCanvas(
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>,
  strip: Readonly<Ref<Strip | null>>,
): UseStripCanvasReturn {
  const box = useElementSize(canvas)
  const { pixelRatio } = useDevicePixelRatio()
  const { settings } = useSettings()
  const dark = usePreferredDark()
  const size = computed<Size>(() => ({ width: box.width.value, height: box.height.value }))
  const palette = computed(() => {
    void [dark.value, settings.value?.theme] // the colours are read again when the theme changes
    return canvas.value?.parentElement ? readPalette(canvas.value.parentElement, 'task') : null
  })

  function draw(): void {
    const context = canvas.value?.getContext('2d')
    const { width, height } = size.value
    if (!canvas.value || !context || !palette.value || width === 0) return
    const ratio = pixelRatio.value
    canvas.value.width = Math.round(width * ratio) // setting it also clears the canvas
    canvas.value.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    if (strip.value) paintStrip(context, strip.value, palette.value, size.value)
  }

  watch([strip, size, palette, pixelRatio], () => drawLater(draw), { flush: 'post' })
  onScopeDispose(() => forgetDrawing(draw))
  return { size }
}
