/**
 * Keeps a scrolled box at its end while it grows, but only for a reader who is at the end: whoever has scrolled up reads
 * on undisturbed.
 */
import { useEventListener, useResizeObserver } from '@vueuse/core'
import { ref, type Ref } from 'vue'

/** Pixels from the end that still count as being there. */
const NEAR = 24

export interface UseStayAtEndReturn {
  isAtEnd: Ref<boolean>
  toEnd: () => void
}

/** @param content the element in the box that grows */
export function useStayAtEnd(
  box: Readonly<Ref<HTMLElement | null>>,
  content: Readonly<Ref<HTMLElement | null>>,
): UseStayAtEndReturn {
  const isAtEnd = ref(true)

  function toEnd(): void {
    isAtEnd.value = true
    if (box.value) box.value.scrollTop = box.value.scrollHeight
  }

  useEventListener(box, 'scroll', () => {
    if (!box.value) return
    const { scrollHeight, scrollTop, clientHeight } = box.value
    isAtEnd.value = scrollHeight - scrollTop - clientHeight <= NEAR
  })
  useResizeObserver([content, box], () => {
    if (isAtEnd.value) toEnd()
  })
  return { isAtEnd, toEnd }
}
