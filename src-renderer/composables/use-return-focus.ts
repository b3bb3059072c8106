/**
 * For dialogs that a key or a command opens, and no button of their own: the focus goes back to where it was before.
 * Where one dialog takes another's place, that is where it was before the first.
 */
export interface UseReturnFocusReturn {
  /** For `open-auto-focus`. */
  remember: () => void
  /** For `close-auto-focus`. Where the action that closed the dialog has taken the focus already, it stays there. */
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
    const to = document.querySelector(DIALOGS) ?? before // one that was below, or where it was
    if (to instanceof HTMLElement && to.isConnected) to.focus()
  }) // once the dialog is out of the page
}

export function useReturnFocus(): UseReturnFocusReturn {
  return { remember, giveBack }
}
