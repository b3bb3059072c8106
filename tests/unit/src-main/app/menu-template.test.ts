import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it } from 'vitest'

import { menuTemplate, type MenuOptions } from '../../../../src-main/app/menu-template'
import { events } from '../../../../src-main/contract/contract'

const options: MenuOptions = {
  send: () => undefined,
  theme: 'dark',
  setTheme: () => undefined,
  about: () => undefined,
  development: false,
}

/** Every entry, submenus' ones included. */
function entries(menu: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return menu.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? entries(item.submenu) : [])])
}

describe('menuTemplate', () => {
  it('has an entry for every command that the page knows', () => {
    const commands = events['menu.command'].shape.command.options
    const ids = entries(menuTemplate(options)).map((item) => item.id)
    expect(ids).toEqual(expect.arrayContaining([...commands]))
  })

  it('uses no accelerator twice', () => {
    const used = entries(menuTemplate({ ...options, development: true })).flatMap(
      (item) => item.accelerator ?? [],
    )
    expect(new Set(used).size).toBe(used.length)
  })

  it('marks the theme that is set', () => {
    const marked = entries(menuTemplate(options)).filter((item) => item.checked)
    expect(marked.map((item) => item.id)).toEqual(['theme.dark'])
  })

  it('has developer tools in development only', () => {
    const roles = (development: boolean): unknown[] =>
      entries(menuTemplate({ ...options, development })).map((item) => item.role)
    expect(roles(false)).not.toContain('toggleDevTools')
    expect(roles(true)).toContain('toggleDevTools')
  })
})
