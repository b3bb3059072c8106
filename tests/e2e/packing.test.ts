/**
 * The Packing view in a real window, on the starter project: down to a token and its text, through the epoch, how a row
 * was filled, other packings beside the one in use, and the batch as files.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { answerDialogs } from '../support/app-control'
import { AppPage, until } from '../support/app-page'
import { sharedApp } from '../support/launch-app'
import { keptFolder } from '../support/temporary-folder'

const { app } = sharedApp()
const files = keptFolder()
let window: AppPage

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
  await window.open('Packing')
  await canvas().waitFor()
}, 120_000)

const canvas = (): Locator => window.page.locator('canvas[role=img]')
const field = (name: string): Locator => window.main.getByLabel(name, { exact: true })
const readout = (): Promise<string> => window.page.getByTestId('packing-readout').innerText()
const press = (key: string): Promise<void> => window.page.keyboard.press(key)

const picture = (name: string): Promise<void> => window.picture(`packing-${name}`)

/** What an element says, once it says what is expected. */
function text(of: Locator, wanted: RegExp, timeoutMs = 30_000): Promise<string> {
  return until(
    () => of.innerText(),
    (found) => wanted.test(found),
    timeoutMs,
    String(wanted),
  )
}

/** How wide a token is drawn, in pixels. */
const scale = async (): Promise<number> => Number(await canvas().getAttribute('data-scale'))

describe('a batch', () => {
  it('is zoomed down to a token, whose text can be read', async () => {
    const box = await canvas().boundingBox()
    if (!box) throw new Error('the canvas is not in sight')
    await window.page.mouse.move(box.x + 200, box.y + 80)
    const far = await scale()
    for (let turn = 0; turn < 12; turn++) await window.page.mouse.wheel(0, -400)
    await until(scale, (now) => now >= 40, 5000, 'tokens wide enough for their text')
    expect(far).toBeLessThan(4)
    await window.page.mouse.move(box.x + 210, box.y + 82)
    await until(readout, (words) => words.includes('conversation'), 5000, 'a token under the pointer')
    await picture('token')
    await canvas().focus()
    await press('Home')
    expect(await readout()).toMatch(/token\s+"<\|bos\|>"[\s\S]*position\s+0\b/)
    await press('ArrowRight')
    expect(await readout()).toMatch(/token\s+"<\|user_start\|>"[\s\S]*position\s+1\b/)
    await press('ArrowRight')
    const [, word] = /token\s+(\S.*)/.exec(await readout()) ?? []
    const [, target] = /target\s+(\S.*)/.exec(await readout()) ?? []
    expect(word).not.toMatch(/<\|/)
    await press('ArrowRight')
    expect(await readout()).toContain(target)
  })

  it('looks the same where only the rows pointed at were drawn again', async () => {
    const box = await canvas().boundingBox()
    if (!box) throw new Error('the canvas is not in sight')
    await press('f')
    for (const [x, y] of [
      [300, 50],
      [400, 150],
      [310, 90],
    ] as const) {
      await window.page.mouse.move(box.x + x, box.y + y)
    }
    /** Keeps what is on the canvas under a name, once it has been drawn. */
    const keep = (name: string): Promise<unknown> =>
      window.page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const { width, height } = document.querySelector('canvas[role=img]')
        window.${name} = document.querySelector('canvas[role=img]').getContext('2d').getImageData(0, 0, width, height)
        resolve()
      })))`)
    await keep('inPart')
    await press('f') // draws all of it
    await keep('whole')
    // Edges that are smoothed may differ by a shade where they are cut.
    const different = `window.whole.data.filter((value, at) => Math.abs(value - window.inPart.data[at]) > 24).length`
    expect(await window.page.evaluate(different)).toBe(0)
  })

  it('pins a conversation, with the number of tokens that cropping lost and its tail greyed', async () => {
    const lost = /, ([\d,]+) tokens? lost/
    await press('f')
    for (let tries = 0; tries < 80 && !lost.test(await readout()); tries++) await press('Control+ArrowRight')
    expect(await readout()).toMatch(lost)
    await press('Enter')
    const pinned = window.page.getByRole('complementary', { name: /^Conversation \d/ })
    const said = await text(pinned, lost)
    const [, count] = lost.exec(said) ?? []
    const greyed = pinned.locator('.token.lost')
    await until(
      () => greyed.count(),
      (found) => found > 0,
      10_000,
      'greyed tokens',
    )
    expect(await greyed.count()).toBe(Number(count?.replaceAll(',', '')))
    await picture('pinned')
    await press('Escape')
    await pinned.waitFor({ state: 'detached' })
  })

  it('is coloured by how hard its tokens are to predict', async () => {
    await window.page.getByRole('radio', { name: 'Loss' }).click()
    const legend = window.page.getByRole('list', { name: 'Colours' })
    expect(await text(legend, /mean/, 120_000)).toMatch(
      /mean\s+\d+\.\d{3}\s+under the base checkpoint, step\s+0/,
    )
    await canvas().focus()
    await press('Home')
    expect(await readout()).not.toMatch(/\bloss\b/)
    await press('ArrowRight')
    expect(await readout()).toMatch(/\bloss\s+\d+\.\d{3}/)
    await picture('loss')
    await window.page.getByRole('radio', { name: 'Task' }).click()
  })
})

describe('the epoch', () => {
  it('is planned to its last step, and in numbers by task', async () => {
    await text(window.page.getByTestId('epoch-steps'), /^of [\d,]{3,}$/)
    const numbers = await text(window.page.getByTestId('epoch-numbers'), /cropped/)
    expect(numbers).toMatch(/[\d,]+\s+conversations,\s+[\d,]+\s+never seen/)
    const slider = field('Step of the epoch')
    await slider.focus()
    await press('End')
    const steps = await slider.getAttribute('max')
    await until(
      () => field('step').inputValue(),
      (step) => step === steps,
      5000,
      'the last step',
    )
    await text(window.action(/^this batch/), /epoch\s+\d,\s+(100|>99)/)
    await picture('last-step')
    await press('Home')
  })

  it('goes to a step by its number', async () => {
    await field('step').fill('120')
    await press('Enter')
    await until(
      () => field('batch').inputValue(),
      (batch) => batch === '119',
      5000,
      'batch 119',
    )
    await until(
      async () => (await canvas().getAttribute('aria-label')) ?? '',
      (label) => label.startsWith('Batch 119 of train'),
      20_000,
      'batch 119 drawn',
    )
  })

  it('goes to a conversation, from the field and from the palette', async () => {
    const pinned = window.page.getByRole('complementary', { name: 'Conversation 4321', exact: true })
    await field('conversation').fill('4321')
    await press('Enter')
    await pinned.waitFor()
    expect(await readout()).toMatch(/conversation\s+4,321/)
    await picture('conversation')
    await press('Control+k')
    await window.page.getByRole('dialog').waitFor()
    await window.page.keyboard.type('conversation 77')
    await text(window.page.getByRole('listbox'), /in its row/)
    await press('Enter')
    await window.page.getByRole('complementary', { name: 'Conversation 77', exact: true }).waitFor()
    await press('Escape')
  })

  it('says so where there is no such conversation', async () => {
    await field('conversation').fill('99999999')
    await press('Enter')
    await window.page.getByRole('main').getByText('not found', { exact: true }).waitFor()
    await field('conversation').fill('77')
    await press('Enter')
    await window.page.getByRole('complementary', { name: 'Conversation 77', exact: true }).waitFor()
    await window.page.evaluate('document.activeElement?.blur()')
    await press('Escape')
  })
})

describe('a row', () => {
  const panel = (): Locator => window.page.getByRole('complementary', { name: /^How row/ })
  const placement = (): Locator => window.page.getByTestId('replay-placement')
  const why = (): Locator => window.page.getByTestId('replay-why')

  it('is replayed placement by placement, by keyboard', async () => {
    await press('r')
    await panel().waitFor()
    const first = await text(placement(), /^1 of \d+$/)
    const last = Number(first.split(' of ')[1])
    expect(last).toBeGreaterThan(1)
    expect(await why().innerText()).toMatch(/^513 of 513 tokens are free\. \d+ of 100 .* is taken\.$/)
    expect(await panel().locator('li[aria-current]').innerText()).toMatch(/taken/)
    await press('End')
    await text(placement(), new RegExp(`^${String(last)} of ${String(last)}$`))
    expect(await why().innerText()).toMatch(/tokens are free/)
    await picture('replay')
    await press('ArrowLeft')
    await text(placement(), new RegExp(`^${String(last - 1)} of`))
  })

  it('is followed by the next, and closed by Escape', async () => {
    const before = await panel().getAttribute('aria-label')
    await press('ArrowDown')
    await until(
      () => panel().getAttribute('aria-label'),
      (label) => label !== before,
      5000,
      'another row',
    )
    await text(placement(), /^1 of/)
    await press('Escape')
    await panel().waitFor({ state: 'detached' })
  })
})

describe('packings', () => {
  const pane = (): Locator => window.page.getByRole('region', { name: 'Comparison of packings' })
  const cells = async (key: string): Promise<string[]> => {
    const row = pane().locator(`[data-variant="${key}"]`)
    await text(row, /\d\.\d/, 60_000)
    return row.locator('td').allInnerTexts()
  }

  it('are compared on this mixture, and one is adopted and undone', async () => {
    await window.page.evaluate('document.activeElement?.blur()')
    await press('c')
    await pane().waitFor()
    await pane()
      .getByRole('button', { name: /^Compare \d+ packings$/ })
      .click()
    const crop = await cells('bestfit-crop 512 8 100')
    const pad = await cells('bestfit-pad 512 8 100')
    expect(crop[5]).toBe('0.0') // padded
    expect(Number(crop[6])).toBeGreaterThan(0) // cropped
    expect(Number(pad[5])).toBeGreaterThan(0)
    expect(crop.at(-1)).toBe('in use')
    expect((await cells('greedy-crop 512 8 100')).at(-1)).toBe('for comparison only')
    await window.action('All compared').waitFor()
    await picture('compare')
    await pane()
      .locator('[data-variant="bestfit-pad 512 8 100"]')
      .getByRole('button', { name: 'Adopt' })
      .click()
    await text(pane().locator('[data-variant="bestfit-pad 512 8 100"]'), /in use/)
    await press('Escape')
    await text(window.page.getByTestId('epoch-numbers'), /padded\s+[1-9]/)
    await picture('adopted')
    await press('Control+z')
    await text(window.page.getByTestId('epoch-numbers'), /padded\s+0/)
  })
})

describe('the batch in sight', () => {
  async function exported(item: RegExp, name: string): Promise<Buffer> {
    const path = join(files, name)
    await answerDialogs(app(), path)
    await window.action('Export').click()
    await window.page.getByRole('menuitem', { name: item }).click()
    await window.page.getByText(`Written: ${path}`).waitFor({ timeout: 20_000 })
    return readFileSync(path)
  }

  it('is exported as a picture', async () => {
    const png = await exported(/^Picture, PNG/, 'batch.png')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
    expect(width).toBeGreaterThan(1600)
    expect(height).toBeGreaterThan(8 * 20)
  })

  it('is exported as tables', async () => {
    const tokens = (await exported(/^Tokens/, 'tokens.csv')).toString()
    expect(tokens.split('\r\n')[1]).toMatch(/^0,0,\d+,0,<\|bos\|>,\d+,structure,0,\d+,/)
    const conversations = (await exported(/^Conversations/, 'conversations.csv')).toString().trimEnd()
    const lengths = conversations
      .split('\r\n')
      .slice(1)
      .map((line) => Number(line.split(',')[2]))
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(8 * 513)
  })
})
