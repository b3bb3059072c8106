/**
 * A picture of every view, in both themes and several sizes, with a run that has made some steps: tests/screenshots/ is
 * for people to look at. Checked is what a picture cannot hide: nothing wider than the window, no fault written to the
 * console; what axe finds; and in the smallest window with large text, that nothing lies on something else. At the end,
 * on the same run, what the frame around the views does.
 */
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { pictureOf, resize, setTheme } from '../support/app-control'
import { AppPage, PLACES, until, type PlaceName } from '../support/app-page'
import { launchApp, sharedApp } from '../support/launch-app'
import { axeFindings, misplaced } from '../support/page-checks'

/** The smallest window, a usual and a large one, and the smallest with large text; axe takes most of a second each. */
const LOOKS = [
  { theme: 'light', width: 1024, height: 680, text: 100, scan: false },
  { theme: 'light', width: 1280, height: 800, text: 100, scan: true },
  { theme: 'light', width: 1920, height: 1080, text: 100, scan: false },
  { theme: 'light', width: 1024, height: 680, text: 150, scan: true },
  { theme: 'dark', width: 1280, height: 800, text: 100, scan: true },
  { theme: 'dark', width: 1024, height: 680, text: 150, scan: true },
] as const

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
  await window.reachStep(6)
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
    let timer = setTimeout(resolve, 250)
    new MutationObserver(() => {
      clearTimeout(timer)
      timer = setTimeout(resolve, 250)
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
  /** Whether it is a dialog, which hides the place behind it from everybody. */
  dialog?: true
  /** What axe looks at: of a menu itself alone, since it hides the page behind it, which axe knows of dialogs only. */
  within?: string
}
const pressed = (name: string): Promise<void> => window.action(name).click()
const keyOf = (key: string) => (): Promise<void> => window.page.keyboard.press(key)
const escape = keyOf('Escape')
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
  { name: 'plan', place: 'Train', enter: () => besideOptions('Plan'), leave: () => besideOptions('Run') },
  { name: 'run', place: 'Runs', enter: () => window.main.getByRole('row').nth(1).click(), leave: escape },
  { name: 'duplicates', place: 'Mixture', enter: () => pressed('Duplicates'), leave: escape },
  { name: 'checkpoint', place: 'Runs', enter: openCheckpoint, leave: closeCheckpoint },
  { name: 'talk-prompts', place: 'Talk', enter: togglePrompts, leave: togglePrompts },
  { name: 'queue', place: 'Runs', enter: () => chosen('Queue'), leave: () => chosen('Runs') },
  { name: 'queue-form', place: 'Runs', enter: openQueueForm, leave: closeQueueForm },
  { name: 'find', place: 'Settings', enter: keyOf('Control+k'), leave: escape, dialog: true },
  { name: 'keys', place: 'Settings', enter: keyOf('?'), leave: escape, dialog: true },
]

const MENU = '[role=menu]'

/** Menus, and a dialog of the app's own menu: of one size, since they keep it. */
const FLOATING: readonly Sight[] = [
  menu('project', 'Mixture', () => window.page.getByRole('banner').locator('button.project')),
  menu('add-task', 'Mixture', () => window.action('Add task to val')),
  menu('presets', 'Mixture', () => window.action('Presets')),
  menu('exchange', 'Mixture', () => window.action('Import, export')),
  menu('batches-of', 'Packing', () => window.action(/^Batches of/)),
  menu('batch-export', 'Packing', () => window.action('Export')),
  menu('chart-export', 'Train', () => window.action('Export the chart Loss')),
  menu('asked-model', 'Talk', () => window.action(/^Asked model/).first()),
  menu('columns', 'Runs', () => window.action('Columns')),
  ...(['Branch', 'Export', 'Open what it wrote'] as const).map((name) => ({
    name: `run-${name.split(' ')[0]?.toLowerCase() ?? ''}`,
    place: 'Runs' as const,
    enter: async () => {
      await window.main.getByRole('row').nth(1).click()
      await window.main
        .getByRole('region', { name: /^Run / })
        .getByRole('button', { name, exact: true })
        .click()
      await window.page.getByRole('menu').waitFor()
    },
    leave: async () => {
      await escapeMenu()
      await pressed('Close')
    },
    dialog: true as const,
    within: MENU,
  })),
  { name: 'machine', place: 'Settings', enter: openMachine, leave: escape, dialog: true },
]

/** What a button opens over the place. */
function menu(name: string, place: PlaceName, button: () => Locator): Sight {
  const enter = async (): Promise<void> => {
    await button().click()
    await window.page.getByRole('menu').waitFor()
  }
  return { name: `menu-${name}`, place, enter, leave: escapeMenu, dialog: true, within: MENU }
}
async function escapeMenu(): Promise<void> {
  await escape()
  await window.page.getByRole('menu').waitFor({ state: 'detached' })
}
async function openMachine(): Promise<void> {
  await app().electron.evaluate(
    ({ Menu }) => void Menu.getApplicationMenu()?.getMenuItemById('machine.open')?.click(),
  )
  await window.page.getByRole('dialog').waitFor()
}
async function openQueueForm(): Promise<void> {
  await window.open('Train')
  await besideOptions('Plan')
  await pressed('Several…')
}
async function closeQueueForm(): Promise<void> {
  await pressed('Close the form')
  await chosen('Runs')
}

/** A large window has room for plan and run, and no choice between them. */
async function besideOptions(name: 'Plan' | 'Run'): Promise<void> {
  const choice = window.main.getByRole('radio', { name })
  if (await choice.isVisible()) await choice.click()
}
async function openCheckpoint(): Promise<void> {
  await chosen('Checkpoints')
  await window.main.getByRole('row', { name: /d4/ }).click()
}
async function closeCheckpoint(): Promise<void> {
  await escape()
  await chosen('Runs')
}
function togglePrompts(): Promise<void> {
  return window.page.keyboard.press('Control+b')
}

/** What a button opens, and closes when it is pressed again. */
function opened(name: string, place: PlaceName, button: string): Sight {
  return { name, place, enter: () => pressed(button), leave: () => pressed(button) }
}

describe.each(LOOKS)('in $theme, $width × $height, text of $text %', ({ theme, text, scan, ...size }) => {
  beforeAll(async () => {
    await setTheme(app(), theme)
    await resize(app(), size, text)
  })

  it.each(scan && text === 100 ? [...SIGHTS, ...FLOATING] : SIGHTS)(
    '$name',
    async ({ name, place, enter, leave, dialog, within }) => {
      await window.open(place)
      await enter?.()
      try {
        await settled()
        const large = text === 100 ? '' : `-${String(text)}%`
        await pictureOf(app(), `${name}-${String(size.width)}x${String(size.height)}${large}-${theme}`)
        if (text > 100) expect(await misplaced(window.page)).toEqual([])
        else expect(await overflowing()).toEqual([])
        if (scan) expect(await axeFindings(window.page, within)).toEqual([])
        if (!dialog) expect(await contentOf(place)).not.toBe('')
        expect(faults).toEqual([])
      } finally {
        await leave?.()
      }
    },
  )
})

/** The text of the place in sight. */
async function contentOf(place: PlaceName): Promise<string> {
  const current = window.page.getByRole('navigation').locator('[aria-current]')
  expect(await current.innerText()).toContain(place)
  return (await window.main.innerText()).trim()
}

describe('the frame', () => {
  beforeAll(async () => {
    await resize(app(), { width: 1280, height: 800 })
  })
  const focused = (): Promise<unknown> => window.page.evaluate('document.activeElement.id')
  const isInPlace = (): Promise<boolean> =>
    window.page.evaluate(`document.querySelector('main').contains(document.activeElement)`)

  it('has the focus in the place after a jump, and one heading that names it', async () => {
    for (const [index, place] of PLACES.entries()) {
      await window.page.keyboard.press(`Control+${String(index + 1)}`)
      await window.page.locator('h1', { hasText: place }).waitFor()
      await until(isInPlace, (is) => is, 5000, 'focus in the place')
      expect(await window.page.locator('h1').allInnerTexts()).toEqual([place])
    }
  })

  it('finds an option by Ctrl+K, and puts the focus into its field', async () => {
    await window.page.keyboard.press('Control+k')
    await window.page.keyboard.type('matrix_lr')
    await window.page.keyboard.press('Enter')
    await until(focused, (what) => what === 'option-matrix_lr', 5000, 'focus in the option')
  })

  it('folds the options away and brings them back', async () => {
    const options = window.page.getByRole('region', { name: 'Options' })
    await pressed('Fold the options')
    await options.waitFor({ state: 'detached' })
    await pressed('Show the options')
    await options.waitFor()
  })

  it('begins where one was at the next launch, with what was open and the size of text', async () => {
    await window.open('Runs')
    await window.main.getByRole('row').nth(1).click()
    await window.open('Packing')
    await chosen('Mask')
    await window.page.keyboard.press('Control+Equal')
    await app().quit()
    const next = new AppPage((await launchApp({ home: app().home })).page)
    await next.main.getByRole('radio', { name: 'Mask', checked: true }).waitFor()
    expect(await next.page.evaluate('Math.round(outerWidth / innerWidth * 10)')).toBe(11)
    await next.open('Runs')
    await next.action('Duplicate as a new project').waitFor()
  })
})
