/** What tests do to the app from its main process: the window's size, the theme, the answers of dialogs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { SCREENSHOTS, until } from './app-page'
import type { LaunchedApp } from './launch-app'

export interface WindowSize {
  width: number
  height: number
}

/**
 * Gives the page this size, and its text one by the keys that a person has for it; waits until it has both.
 *
 * @param text percent, a multiple of ten
 */
export async function resize({ electron, page }: LaunchedApp, size: WindowSize, text = 100): Promise<void> {
  await electron.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
  }, size)
  await page.keyboard.press('Control+0')
  for (let at = 100; at < text; at += 10) await page.keyboard.press('Control+Equal')
  const isThere = (): Promise<boolean> =>
    page.evaluate(
      `Math.abs(innerWidth - ${String((100 * size.width) / text)}) < 2 && Math.abs(innerHeight - ${String((100 * size.height) / text)}) < 2`,
    )
  await until(isThere, (is) => is, 5000, 'new size')
}

/**
 * A picture of the window, to be looked at: the whole of it also where its text is large, of which Playwright's own shows
 * a part.
 *
 * @param name without an ending
 */
export async function pictureOf({ electron }: LaunchedApp, name: string): Promise<void> {
  const png = await electron.evaluate(async ({ BrowserWindow }) => {
    const picture = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage()
    return picture?.toPNG().toString('base64') ?? ''
  })
  mkdirSync(SCREENSHOTS, { recursive: true })
  writeFileSync(join(SCREENSHOTS, `${name}.png`), png, 'base64')
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
