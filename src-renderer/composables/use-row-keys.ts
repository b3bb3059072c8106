/**
 * Keys of a table whose rows can be opened: the arrows move the focus from row to row, Enter opens the focused row. Tab
 * reaches one row, the open one or else the first.
 */
import { nextTick, type Ref } from 'vue'

export interface RowKeys {
  /** For `keydown.self` of a row. @param index its place among the rows, @param count how many rows there are */
  onKey: (event: KeyboardEvent, index: number, count: number, open: () => void) => void
}

/** @param body the element that holds the rows. @param selector what its rows match */
export function useRowKeys(body: Readonly<Ref<HTMLElement | null>>, selector = 'tr'): RowKeys {
  function focus(index: number): void {
    void nextTick(() => body.value?.querySelectorAll<HTMLElement>(selector)[index]?.focus())
  }
  return {
    onKey(event, index, count, open) {
      if (event.key === 'Enter') open()
      else if (event.key === 'ArrowDown') focus(Math.min(count - 1, index + 1))
      else if (event.key === 'ArrowUp') focus(Math.max(0, index - 1))
      else return
      event.preventDefault()
    },
  }
}
