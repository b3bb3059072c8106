/**
 * The settings, and the theme that follows from them: `data-theme` on <html> where a person has chosen one.
 */
import { createSharedComposable } from '@vueuse/core'
import { shallowRef } from 'vue'
import { call } from '../api/client'
import type { Settings } from '../api/types'
import { useEvent } from './use-event'
import { useNotices } from './use-notices'

function applyTheme(theme: Settings['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export const useSettings = createSharedComposable(() => {
  const settings = shallowRef<Settings | null>(null)
  const { attempt } = useNotices()

  function take(next: Settings): void {
    settings.value = next
    applyTheme(next.theme)
  }

  async function load(): Promise<void> {
    take(await call('settings.get', {}))
  }

  /** Changes some settings. They show at once; if the main process refuses, its settings show again. */
  async function update(change: Partial<Settings>): Promise<void> {
    if (settings.value) take({ ...settings.value, ...change })
    const answer = await attempt('Settings not saved', () => call('settings.update', change))
    if (answer) take(answer)
    else await attempt('The settings cannot be read', load)
  }

  useEvent('settings.changed', take)
  return { settings, load, update }
})
