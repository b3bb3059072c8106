/**
 * Keys that work in the whole window. A shortcut is written "mod+k", "mod+shift+z", "space", "?"; mod is Ctrl, or
 * Command on a Mac. Keys without mod are left to fields, buttons and whatever else takes keys itself. What floats takes
 * all keys, so that Escape closes it and nothing behind it.
 */
import { useEventListener } from '@vueuse/core'

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

const TYPING = 'input, textarea, select, [contenteditable]'
/** Elements that already use Space or letters themselves. */
const TAKES_KEYS = `${TYPING}, button, summary, [role='slider'], [role='option']`
const FLOATING = "[role='dialog'], [role='alertdialog'], [role='menu']"

/** The name of a pressed key as shortcuts are written. */
export function shortcutOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  const named = key.length > 1 || /[a-z0-9]/.test(key)
  return [
    event.ctrlKey || event.metaKey ? 'mod' : '',
    event.altKey ? 'alt' : '',
    event.shiftKey && named ? 'shift' : '', // "?" already says that shift was held
    key,
  ]
    .filter(Boolean)
    .join('+')
}

function isElsewhere(event: KeyboardEvent, shortcut: string): boolean {
  if (!(event.target instanceof Element)) return false
  if (shortcut.startsWith('mod+'))
    return /^mod\+(shift\+)?[zy]$/.test(shortcut) && event.target.matches(TYPING)
  if (event.target.closest(FLOATING)) return true
  return event.target.matches(shortcut === 'space' ? TAKES_KEYS : TYPING)
}

export function useShortcuts(shortcuts: Shortcuts): void {
  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const shortcut = shortcutOf(event)
    const action = shortcuts[shortcut]
    if (!action || isElsewhere(event, shortcut)) return
    event.preventDefault()
    action(event)
  })
}
