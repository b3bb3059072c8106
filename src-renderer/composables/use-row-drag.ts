/** Drags a row of a table to another place: which is dragged, between which rows it would go, and that it has gone. */
import { ref, type Ref } from 'vue'

export interface UseRowDragReturn {
  /** The row that is dragged; null while none is. */
  dragged: Ref<number | null>
  /** To be called where a row may be dropped: over its upper half the dragged one goes before it, else behind it. */
  over: (event: DragEvent, index: number) => void
  /** To be called at a drop, and at the end of a drag that led nowhere. */
  end: () => void
  /** The side of a row on which the dragged one would go, of `rows`; the last row alone has two. */
  sideOf: (index: number, rows: number) => 'before' | 'after' | null
}

/** @param move puts a row to the place that another has */
export function useRowDrag(move: (from: number, to: number) => void): UseRowDragReturn {
  const dragged = ref<number | null>(null)
  const gap = ref<number | null>(null)

  function over(event: DragEvent, index: number): void {
    if (dragged.value === null || !(event.currentTarget instanceof HTMLElement)) return
    const box = event.currentTarget.getBoundingClientRect()
    gap.value = event.clientY < box.top + box.height / 2 ? index : index + 1
    event.preventDefault()
  }

  function end(): void {
    const [from, to] = [dragged.value, gap.value]
    dragged.value = null
    gap.value = null
    if (from === null || to === null) return
    const place = to > from ? to - 1 : to
    if (place !== from) move(from, place)
  }

  function sideOf(index: number, rows: number): 'before' | 'after' | null {
    if (gap.value === index) return 'before'
    return gap.value === index + 1 && gap.value === rows ? 'after' : null
  }

  return { dragged, over, end, sideOf }
}
