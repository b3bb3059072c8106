/**
 * The native menu's contents. An item about the page sends it a command and the page does the work, so that a menu item
 * and a button do the same. Uses only Electron's types; menu.ts builds the menu from it.
 */
import type { MenuItemConstructorOptions } from 'electron'

import type { EventPayload, Settings } from '../contract/contract'

export type MenuCommand = EventPayload<'menu.command'>['command']

export interface MenuOptions {
  send: (command: MenuCommand) => void
  theme: Settings['theme']
  setTheme: (theme: Settings['theme']) => void
  about: () => void
  /** Whether to add reloading and the developer tools. */
  development: boolean
}

/** The items of the menu. */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    click: () => {
      options.send(command)
    },
    ...(accelerator === undefined ? {} : { accelerator }),
  })
  return [
    { label: '&File', submenu: fileMenu(item) },
    { label: '&Edit', submenu: editMenu() },
    { label: '&View', submenu: viewMenu(item, options) },
    { label: '&Run', submenu: runMenu(item) },
    { label: '&Help', submenu: helpMenu(item, options) },
  ]
}

type Item = (label: string, command: MenuCommand, accelerator?: string) => MenuItemConstructorOptions
const separator: MenuItemConstructorOptions = { type: 'separator' }

function fileMenu(item: Item): MenuItemConstructorOptions[] {
  return [
    item('&New project', 'project.new', 'CmdOrCtrl+N'),
    item('&Open project…', 'project.open', 'CmdOrCtrl+O'),
    item('&Recent and unsaved projects', 'project.menu'),
    separator,
    item('&Save project', 'project.save', 'CmdOrCtrl+S'),
    item('Save project &as…', 'project.saveAs', 'CmdOrCtrl+Shift+S'),
    separator,
    item('Open a &machine…', 'machine.open'),
    separator,
    { role: 'close' },
    { role: 'quit', accelerator: 'CmdOrCtrl+Q' },
  ]
}

function editMenu(): MenuItemConstructorOptions[] {
  return [
    { role: 'undo' },
    { role: 'redo' },
    separator,
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
  ]
}

function viewMenu(item: Item, options: MenuOptions): MenuItemConstructorOptions[] {
  return [
    item('&Mixture', 'view.mixture', 'CmdOrCtrl+1'),
    item('&Packing', 'view.packing', 'CmdOrCtrl+2'),
    item('&Train', 'view.train', 'CmdOrCtrl+3'),
    item('Ta&lk', 'view.talk', 'CmdOrCtrl+4'),
    item('&Runs', 'view.runs', 'CmdOrCtrl+5'),
    item('&Settings', 'view.settings', 'CmdOrCtrl+6'),
    separator,
    item('&Find anything…', 'palette', 'CmdOrCtrl+K'),
    separator,
    { label: 'A&ppearance', submenu: themeMenu(options) },
    item('La&rger text', 'text.larger', 'CmdOrCtrl+='),
    item('S&maller text', 'text.smaller', 'CmdOrCtrl+-'),
    item('&Usual size of text', 'text.usual', 'CmdOrCtrl+0'),
    { role: 'togglefullscreen' },
    ...(options.development
      ? ([separator, { role: 'reload' }, { role: 'toggleDevTools' }] satisfies MenuItemConstructorOptions[])
      : []),
  ]
}

function themeMenu({ theme, setTheme }: MenuOptions): MenuItemConstructorOptions[] {
  const entries = [
    ['&System', 'system'],
    ['&Light', 'light'],
    ['&Dark', 'dark'],
  ] as const
  return entries.map(([label, value]) => ({
    id: `theme.${value}`,
    label,
    type: 'radio',
    checked: theme === value,
    click: () => {
      setTheme(value)
    },
  }))
}

function runMenu(item: Item): MenuItemConstructorOptions[] {
  return [
    item('&Start, pause or resume', 'run.toggle', 'CmdOrCtrl+Return'),
    item('S&top and save', 'run.stop', 'CmdOrCtrl+.'),
  ]
}

function helpMenu(item: Item, { about }: MenuOptions): MenuItemConstructorOptions[] {
  return [
    // The key is only shown: the page listens for "?", and a text field must be able to receive it.
    { ...item('&Keys', 'help.keys', '?'), registerAccelerator: false },
    {
      label: '&About Midbench',
      click: () => {
        about()
      },
    },
  ]
}
