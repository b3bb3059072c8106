/** What tests do to the app from its main process: the window's size, the theme, the answers of dialogs. */
import { until } from './app-page'
import type { LaunchedApp } from './launch-app'

export interface WindowSize {
  width: number
  height: number
}

/** Gives the page this size, and waits until it has it. */
export async function resize({ electron, page }: LaunchedApp, size: WindowSize): Promise<void> {
  await electron.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
  }, size)
  const inner = (): Promise<unknown> => page.evaluate('[innerWidth, innerHeight].join()')
  await until(inner, (now) => now === `${String(size.width)},${String(size.height)}`, 5000, 'new size')
}

/** Chooses the theme in the menu, and waits until the page has it. */
export async function setTheme({ electron, page }: LaunchedApp, theme: 'light' | 'dark'): Promise<void> {
  await electron.evaluate(({ Menu }, name) => {
    Menu.getApplicationMenu()?.getMenuItemById(`theme.${name}`)?.click()
  }, theme)
  const dark = (): Promise<unknown> => page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`)
  await until(dark, (now) => now === (theme === 'dark'), 5000, theme)
}

/** The next dialogs for files are answered with this path. */
export async function answerDialogs({ electron }: LaunchedApp, path: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)
}
