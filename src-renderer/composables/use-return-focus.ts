/**
 * For dialogs that a key or a command opens and that have no button: the focus goes back to where it was before. Where
 * one dialog takes another's place, it goes back to where it was before the first.
 */
export interface UseReturnFocusReturn {
  /** For `open-auto-focus`. */
  remember: () => void
  /** For `close-auto-focus`. If the action that closed the dialog has moved the focus already, it stays there. */
  giveBack: (event: Event) => void
}

const DIALOGS = "[role='dialog'], [role='alertdialog']"
let before: Element | null = null

function remember(): void {
  const active = document.activeElement
  if (!active?.closest(DIALOGS)) before = active
}

function giveBack(event: Event): void {
  event.preventDefault()
  setTimeout(() => {
    if (document.activeElement !== document.body) return
    const to = document.querySelector(DIALOGS) ?? before // a dialog that was below, or the element that had it
    if (to instanceof HTMLElement && to.isConnected) to.focus()
  }) // after the dialog has left the page
}

export function useReturnFocus(): UseReturnFocusReturn {
  return { remember, giveBack }
}
