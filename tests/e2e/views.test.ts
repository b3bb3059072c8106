/**
 * A picture of every view, in both themes and two sizes, with a run that has made some steps: tests/screenshots/ is for
 * people to look at. Checked is what a picture cannot hide: nothing wider than the window, no fault written to the console.
 */
import { beforeAll, describe, expect, it } from 'vitest'

import { resize, setTheme } from '../support/app-control'
import { AppPage, PLACES, type PlaceName } from '../support/app-page'
import { sharedApp } from '../support/launch-app'

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
  await talk()
}, 600_000)

/** Asks the run, as it was saved, and its base beside it. */
async function talk(): Promise<void> {
  await window.open('Talk')
  await window.action('Ask a second model beside it').click()
  const limit = window.main.getByLabel('limit, tokens')
  await limit.fill('48')
  await limit.press('Enter')
  const field = window.main.getByRole('textbox', { name: 'Message', exact: true })
  await field.fill('How many letters are in the word strawberry?')
  await field.press('Enter')
  await window.action('Copy the answer').nth(1).waitFor({ timeout: 120_000 })
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

/**
 * What is cut off or pushes the page wide: elements that reach beyond the window though nothing scrolls them; and a run's
 * panel whose parts do not fit over each other.
 */
async function overflowing(): Promise<unknown> {
  return window.page
    .evaluate(`[document.documentElement, document.body, ...document.querySelectorAll('header, nav, main, footer')]
    .filter((element) => element.scrollWidth > innerWidth + 1 || element.getBoundingClientRect().right > innerWidth + 1)
    .concat([...document.querySelectorAll('[aria-label="Current run"]')]
      .filter((element) => element.scrollHeight > element.clientHeight + 1))
    .map((element) => element.tagName.toLowerCase())`)
}

/** What is looked at: each place, and what can be opened in it. */
interface Sight {
  name: string
  place: PlaceName
  /** Opens what is in the place. @default nothing */
  enter?: () => Promise<void>
  leave?: () => Promise<void>
}
const pressed = (name: string): Promise<void> => window.action(name).click()
const chosen = (name: string): Promise<void> => window.main.getByRole('radio', { name }).click()
const SIGHTS: readonly Sight[] = [
  ...PLACES.map((place) => ({ name: place.toLowerCase(), place })),
  {
    name: 'talk-tokens',
    place: 'Talk',
    enter: () => chosen('Tokens'),
    leave: () => chosen('Text'),
  },
  opened('packing-replay', 'Packing', 'How was this row filled?'),
  opened('packing-compare', 'Packing', 'Compare'),
  {
    name: 'checkpoints',
    place: 'Runs',
    enter: () => chosen('Checkpoints'),
    leave: () => chosen('Runs'),
  },
]
const pictures = SIGHTS.flatMap((sight) => SIZES.map((size) => ({ ...sight, size })))

/** What a button opens, and closes when it is pressed again. */
function opened(name: string, place: PlaceName, button: string): Sight {
  return { name, place, enter: () => pressed(button), leave: () => pressed(button) }
}

describe.each(THEMES)('in %s', (theme) => {
  beforeAll(async () => {
    await setTheme(app(), theme)
  })

  it.each(pictures)('$name at $size.width × $size.height', async ({ name, place, enter, leave, size }) => {
    await resize(app(), size)
    await window.open(place)
    await enter?.()
    await settled()
    await window.picture(`${name}-${String(size.width)}x${String(size.height)}-${theme}`)
    expect(await overflowing()).toEqual([])
    expect(await contentOf(place)).not.toBe('')
    expect(faults).toEqual([])
    await leave?.()
  })
})

/** The text of the place in sight. */
async function contentOf(place: PlaceName): Promise<string> {
  const current = window.page.getByRole('navigation').locator('[aria-current]')
  expect(await current.innerText()).toContain(place)
  return (await window.main.innerText()).trim()
}
