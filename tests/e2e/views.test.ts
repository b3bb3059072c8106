/**
 * A picture of every view, in both themes and two sizes, with a run that has made some steps: tests/screenshots/ is for
 * people to look at. Checked is what a picture cannot hide: nothing wider than the window, no fault written to the console.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, PLACES, until, type PlaceName } from '../support/app-page'
import { sharedApp } from '../support/launch-app'

const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots')
const SIZES = [
  { width: 1024, height: 680 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
const THEMES = ['light', 'dark'] as const

const { app } = sharedApp()
const faults: string[] = []
let window: AppPage

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const { page } = app()
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  window = new AppPage(page)
  await window.button('Start').click()
  await window.reachStep(12)
  await window.button('Pause').click()
  await window.button('Resume').waitFor()
}, 180_000)

async function resize(size: { width: number; height: number }): Promise<void> {
  await app().electron.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
  }, size)
  const inner = (): Promise<unknown> => window.page.evaluate('[innerWidth, innerHeight].join()')
  await until(inner, (now) => now === `${String(size.width)},${String(size.height)}`, 5000, 'new size')
}

async function setTheme(theme: (typeof THEMES)[number]): Promise<void> {
  await app().electron.evaluate(({ Menu }, name) => {
    Menu.getApplicationMenu()?.getMenuItemById(`theme.${name}`)?.click()
  }, theme)
  const dark = (): Promise<unknown> =>
    window.page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`)
  await until(dark, (now) => now === (theme === 'dark'), 5000, theme)
}

/** Waits until nothing of the page has changed for a while. */
async function settled(): Promise<void> {
  await window.page.evaluate(`new Promise((resolve) => {
    let timer = setTimeout(resolve, 400)
    new MutationObserver(() => {
      clearTimeout(timer)
      timer = setTimeout(resolve, 400)
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  })`)
}

/** What is cut off or pushes the page wide: elements that reach beyond the window though nothing scrolls them. */
async function overflowing(): Promise<unknown> {
  return window.page
    .evaluate(`[document.documentElement, document.body, ...document.querySelectorAll('header, nav, main, footer')]
    .filter((element) => element.scrollWidth > innerWidth + 1 || element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.tagName.toLowerCase())`)
}

const pictures = PLACES.flatMap((place) => SIZES.map((size) => ({ place, size })))

describe.each(THEMES)('in %s', (theme) => {
  beforeAll(async () => {
    await setTheme(theme)
  })

  it.each(pictures)('$place at $size.width × $size.height', async ({ place, size }) => {
    await resize(size)
    await window.open(place)
    await settled()
    const name = `${place.toLowerCase()}-${String(size.width)}x${String(size.height)}-${theme}.png`
    await window.page.screenshot({ path: join(SCREENSHOTS, name) })
    expect(await overflowing()).toEqual([])
    expect(await contentOf(place)).not.toBe('')
    expect(faults).toEqual([])
  })
})

/** The text of the place in sight. */
async function contentOf(place: PlaceName): Promise<string> {
  const current = window.page.getByRole('navigation').locator('[aria-current]')
  expect(await current.innerText()).toContain(place)
  return (await window.page.getByRole('main').innerText()).trim()
}
