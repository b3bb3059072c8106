/** Everything can be reached and done without a mouse. */
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, PLACES, until, type PlaceName } from '../support/app-page'
import { sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { keptFolder } from '../support/temporary-folder'

const home = keptFolder()
openInFolder(home, smallConfig())
const { app } = sharedApp({ home })
let window: AppPage

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
})

async function press(key: string): Promise<void> {
  await window.page.keyboard.press(key)
}

async function isOpen(place: PlaceName): Promise<void> {
  const current = window.page.getByRole('navigation').locator('[aria-current]')
  await until(
    () => current.innerText(),
    (text) => text.includes(place),
    5000,
    place,
  )
}

/** Takes the focus off everything. */
async function blur(): Promise<void> {
  await window.page.evaluate('document.activeElement?.blur()')
}

/** Marks what has the focus; answers whether it has a visible ring and an accessible name. */
const MARK = `(() => {
  const element = document.activeElement
  if (!element || element === document.body) return null
  element.dataset.reached = 'yes'
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
  const ring = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
  return { ring, what: element.outerHTML.slice(0, 120) }
})()`

/** Focusable elements in sight that the walk did not reach. Members of one group share a stop, moved within by arrows. */
const UNREACHED = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
  .filter((element) => !element.disabled && element.tabIndex >= 0 && !element.dataset.reached)
  .filter((element) => !element.querySelector('[data-reached]'))
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert], [aria-hidden=true]'))
  .map((element) => element.outerHTML.slice(0, 120))`

describe('Ctrl and a digit', () => {
  it.each(PLACES.map((place, index) => [place, index + 1] as const))('opens %s', async (place, digit) => {
    await press(`Control+${String(digit)}`)
    await isOpen(place)
  })
})

describe('Tab', () => {
  it.each(PLACES)('reaches all that can be pressed in %s, and shows where it is', async (place) => {
    await window.open(place)
    await isOpen(place)
    await new Promise((resolve) => setTimeout(resolve, 500))
    await blur()
    await window.page.evaluate(
      'document.querySelectorAll("[data-reached]").forEach((e) => delete e.dataset.reached)',
    )
    const unmarked: unknown[] = []
    for (let stop = 0; stop < 200; stop++) {
      await press('Tab')
      const mark = await window.page.evaluate<{ ring: boolean; what: string } | null>(MARK)
      if (mark && !mark.ring) unmarked.push(mark.what)
      if (stop > 10 && mark === null) break
    }
    expect(await window.page.evaluate(UNREACHED)).toEqual([])
    expect(unmarked).toEqual([])
  })
})

describe('Space', () => {
  it('starts, pauses and resumes the run when nothing has the focus', async () => {
    await blur()
    await press('Space')
    await window.reachStep(2)
    await press('Space')
    await window.button('Resume').waitFor()
    const step = await window.step()
    await press('Space')
    await window.reachStep(step + 1)
  })

  it('is a space where a text is typed', async () => {
    await window.open('Train')
    const field = window.page.getByRole('main').getByRole('textbox').first()
    await field.focus()
    await press('Space')
    expect(await window.button('Pause').isEnabled()).toBe(true) // it trains or evaluates, and is not pausing
    await press('Control+z')
  })
})

describe('the rest of the keys', () => {
  it('Ctrl+. stops the run', async () => {
    await blur()
    await press('Control+.')
    await window.state('stopped').waitFor()
  })

  it('? shows them all, and Escape puts them away', async () => {
    await blur()
    await press('?')
    await window.page.getByRole('dialog').waitFor()
    await press('Escape')
    await window.page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('Escape closes what floats and nothing behind it, and the focus is where it was', async () => {
    await window.open('Runs')
    await window.main.getByRole('row', { name: /^small/ }).click()
    const remove = window.action('Remove')
    await remove.focus()
    await press('?')
    await press('Control+k') // one takes the other's place
    await window.page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' })
    await press('Escape')
    await window.page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await window.page.evaluate('document.activeElement?.ariaLabel')).toBe('Remove')
    await press('Escape') // now the run itself
    await remove.waitFor({ state: 'detached' })
  })

  it('Remove takes a run at once, Undo brings it back, and only emptying the trash asks', async () => {
    const row = window.main.getByRole('row', { name: /^small/ })
    await row.click()
    await window.action('Remove').focus()
    await press('Enter')
    await row.waitFor({ state: 'detached' })
    await window.picture('runs-removed')
    await window.action('Undo').focus()
    await press('Enter')
    await window.action('Remove').waitFor() // it is open again
    await window.action('Remove').focus()
    await press('Enter')
    await row.waitFor({ state: 'detached' })
    await window.open('Settings')
    await window.picture('settings-trash')
    await window.action('Put small back').focus()
    await press('Enter')
    await window.action('Empty').waitFor({ state: 'detached' })
    await window.open('Runs')
    await row.click()
    await window.action('Remove').click()
    await window.open('Settings')
    const empty = window.action('Empty')
    await empty.focus()
    await press('Enter')
    const dialog = window.page.getByRole('alertdialog')
    await dialog.waitFor()
    await window.picture('settings-trash-empty')
    await press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await window.page.evaluate('document.activeElement?.textContent.trim()')).toBe('Empty')
    await press('Enter')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await empty.waitFor({ state: 'detached' })
  })

  it('Ctrl+K finds a place by its name', async () => {
    await press('Control+k')
    await window.page.getByRole('dialog').waitFor()
    await window.page.keyboard.type('runs')
    await press('Enter')
    await isOpen('Runs')
  })

  it('reach the page also from the native menu', async () => {
    await app().electron.evaluate(({ Menu }) => {
      Menu.getApplicationMenu()?.getMenuItemById('view.packing')?.click()
    })
    await isOpen('Packing')
  })
})
