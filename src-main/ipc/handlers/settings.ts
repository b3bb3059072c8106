/** The person's settings. */
import type { SettingsStore } from '../../services/settings'
import type { Handlers } from '../serve'

export function settingsHandlers(
  settings: SettingsStore,
): Pick<Handlers, 'settings.get' | 'settings.update'> {
  return {
    'settings.get': () => settings.current,
    'settings.update': (patch) => settings.update(patch),
  }
}
