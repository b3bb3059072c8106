/** The native menu: built once; its check mark for the theme follows the theme. */
import { Menu, app } from 'electron'

import type { Settings } from '../contract/contract'
import type { EventHub } from '../services/event-hub'
import { menuTemplate, type MenuCommand } from './menu-template'
import { isDevelopment } from './paths'
import type { SettingsStore } from '../services/settings'

export function setupMenu(hub: EventHub, settings: SettingsStore): void {
  const send = (command: MenuCommand): void => hub.publish('menu.command', { command })
  const setTheme = (theme: Settings['theme']): void => void settings.update({ theme })
  const about = (): void => app.showAboutPanel()
  const { theme } = settings.current
  const menu = Menu.buildFromTemplate(
    menuTemplate({ send, theme, setTheme, about, development: isDevelopment() }),
  )
  Menu.setApplicationMenu(menu)
  settings.onChange((changed) => {
    const item = menu.getMenuItemById(`theme.${changed.theme}`)
    if (item) item.checked = true
  })
}
