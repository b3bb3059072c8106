/**
 * Completion loss in the Packing view: rows without a target are marked on the epoch's strip and stepped through, and a
 * token says what it weighs in the update.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'

import { AppPage, until } from '../support/app-page'
import { sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { keptFolder } from '../support/temporary-folder'

const home = keptFolder()
const { app } = sharedApp({ home })
let window: AppPage

/** Every fifth asks at such length that its row is cut before the answer. */
const question = (i: number): string => (i % 5 === 0 ? 'why '.repeat(200) : `Say ${String(i)}.`)
const lines = Array.from({ length: 60 }, (_, i) =>
  JSON.stringify([
    { role: 'user', content: question(i) },
    { role: 'assistant', content: 'Because it is so. '.repeat(3) },
  ]),
)
writeFileSync(join(home, 'chats.jsonl'), `${lines.join('\n')}\n`)
openInFolder(
  home,
  smallConfig({
    loss: 'completion',
    packing: 'bestfit-pad',
    buffer_size: 10,
    device_batch_size: 2,
    total_batch_size: 256,
    num_iterations: -1,
    mixture: { train: [{ task: 'CustomJSON', filepath: 'chats.jsonl' }], val: [] },
  }),
)

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.open('Packing')
  await canvas().waitFor({ timeout: 60_000 })
}, 120_000)

const canvas = (): Locator => window.page.locator('canvas[role=img]')
const readout = (): Promise<string> => window.page.getByTestId('packing-readout').innerText()
const numbers = (): Locator => window.page.getByTestId('rows-without')
const press = (key: string): Promise<void> => window.page.keyboard.press(key)
const batchInSight = async (): Promise<number> =>
  Number(/^Batch (\d+)/.exec((await canvas().getAttribute('aria-label')) ?? '')?.[1] ?? NaN)

function reads(wanted: RegExp): Promise<string> {
  return until(readout, (words) => wanted.test(words), 20_000, String(wanted))
}

it('counts the rows without targets, and marks them on the strip', async () => {
  await numbers().waitFor({ timeout: 30_000 })
  const [, rows] = /(\d+)\s*rows without targets/.exec(await numbers().innerText()) ?? []
  expect(Number(rows)).toBeGreaterThan(2)
  const paths = await window.page.locator('.strip path.without').all()
  const marks = (await Promise.all(paths.map((path) => path.getAttribute('d')))).join('')
  expect(marks).toMatch(/M\d/)
})

it('a row without targets is looked at, from one to the next and back, by button and key', async () => {
  await window.action('Next row without targets').click()
  const first = await reads(/weight\s+none/)
  const [batch, row] = [await batchInSight(), /row\s+(\d+)/.exec(first)?.[1]]
  await window.main.getByRole('radio', { name: 'Counts' }).click()
  await window.picture('packing-row-without-targets')
  await window.action('Next row without targets').click()
  await until(
    async () => [await batchInSight(), /row\s+(\d+)/.exec(await readout())?.[1]].join(),
    (place) => place !== [batch, row].join(),
    20_000,
    'another row without targets',
  )
  await canvas().focus()
  await press('[')
  await until(
    async () => [await batchInSight(), /row\s+(\d+)/.exec(await readout())?.[1]].join(),
    (place) => place === [batch, row].join(),
    20_000,
    'the first row without targets',
  )
})

it('a token that counts says its share of the update', async () => {
  const batch = window.main.getByLabel('batch', { exact: true })
  await batch.fill('0')
  await batch.press('Enter')
  await until(batchInSight, (shown) => shown === 0, 20_000, 'the first batch')
  await canvas().focus()
  await press('Home')
  for (let position = 1; position < 64 && !/weight\s+1 \/ /.test(await readout()); position++) {
    await press('ArrowRight')
  }
  const [, share] = /weight\s+1 \/ ([\d,]+)/.exec(await readout()) ?? []
  expect(Number(share?.replaceAll(',', ''))).toBeGreaterThan(2)
  expect(await window.main.getByRole('list', { name: 'Colours' }).innerText()).toContain(
    `1 / ${String(share)}`,
  )
})
