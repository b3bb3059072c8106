/**
 * From a run's loss curve to the very batches behind it, after the project has become another: the window follows the
 * run, shows its own batches, steps and replay, and says what has changed where it cannot.
 */
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, until } from '../support/app-page'
import { launchApp, sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig, STARTER_DIR } from '../support/small-project'
import { keptFolder } from '../support/temporary-folder'

const home = keptFolder()
const chats = join(home, 'chats.jsonl')
const { app } = sharedApp({ home })
let window: AppPage

const config = smallConfig({
  run: 'first',
  num_iterations: 4,
  save_every: -1,
  mixture: { train: [{ task: 'CustomJSON', filepath: 'chats.jsonl' }], val: [] },
})
copyFileSync(join(STARTER_DIR, 'conversations.jsonl'), chats)
openInFolder(home, config)

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').click()
  await window.state('done').waitFor({ timeout: 90_000 })
}, 120_000)

const canvas = (): Locator => window.page.locator('canvas[role=img]')
const field = (name: string): Locator => window.main.getByLabel(name, { exact: true })
const source = (): Locator => window.main.getByRole('button', { name: /^Batches of/ })
const about = (): Promise<string> =>
  canvas()
    .getAttribute('aria-label')
    .then((label) => label ?? '')
const shows = (wanted: RegExp): Promise<string> =>
  until(about, (label) => wanted.test(label), 20_000, String(wanted))

/** Sets options of the project, as a person does in Train. */
async function edit(options: Readonly<Record<string, string>>): Promise<void> {
  await window.open('Train')
  for (const [name, value] of Object.entries(options)) await field(name).fill(value)
}

describe('a run whose project has become another', () => {
  it('leads from its loss curve to its own batch', async () => {
    await edit({ max_seq_len: '128', device_batch_size: '2', total_batch_size: '256' })
    await window.open('Packing')
    await shows(/^Batch 0 of train: 2 rows of 129 tokens/)
    expect(await source().innerText()).toBe('Project')
    await window.open('Runs')
    await window.main.getByText('first', { exact: true }).click()
    const chart = window.main.getByRole('img', { name: /^Loss:/ })
    await chart.focus()
    for (let left = 0; left < 2; left++) await window.page.keyboard.press('ArrowLeft')
    await window.page.keyboard.press('Enter')
    await shows(/^Batch 1 of train: 1 rows of 65 tokens/)
    expect(await source().innerText()).toBe('Run first')
    expect(await field('step').inputValue()).toBe('2')
    await window.main.getByText('differs from the project in max_seq_len, device_batch_size').waitFor()
    await window.picture('packing-of-a-run')
  })

  it('has its own plan, replay and comparison, from which nothing can be adopted', async () => {
    await window.main.getByText('the run ends at 4').waitFor()
    await window.page.keyboard.press('r')
    const why = window.page.getByTestId('replay-why')
    await until(
      () => why.innerText(),
      (text) => text.startsWith('65 of 65 tokens are free'),
      10_000,
      'its row',
    )
    await window.page.keyboard.press('Escape')
    await window.page.keyboard.press('c')
    await window.main.getByText('a packing is adopted in the project').waitFor()
    expect(await window.action('Adopt').count()).toBe(0)
    await window.picture('packing-of-a-run-compare')
    await window.page.keyboard.press('Escape')
  })

  it('is left for the project, and found again from the palette', async () => {
    await window.action('Back to the project').click()
    await shows(/^Batch 1 of train: 2 rows of 129 tokens/)
    await window.page.keyboard.press('Control+k')
    await window.page.keyboard.type('batches first')
    await window.page.keyboard.press('Enter')
    await shows(/^Batch 0 of train: 1 rows of 65 tokens/)
  })

  it('says what has changed where its data is not as it was, and shows it again once that is put back', async () => {
    await app().quit()
    const kept = readFileSync(chats)
    appendFileSync(chats, `${JSON.stringify([{ role: 'user', content: 'New?' }, { role: 'assistant', content: 'Yes.' }])}\n`) // prettier-ignore
    window = new AppPage((await launchApp({ home })).page)
    await window.open('Packing') // which is as it was left: at the run
    const alert = window.main.getByRole('alert')
    await alert.getByText(/conversations; it had \d+/).waitFor({ timeout: 10_000 })
    expect(await alert.innerText()).toMatch(
      /mixture\.train\.0\s.*chats\.jsonl has \d+ conversations; it had \d+/,
    )
    expect(await canvas().count()).toBe(0)
    await window.picture('packing-of-a-run-changed')
    await alert.getByRole('button', { name: 'Back to the project' }).click()
    await shows(/^Batch 0 of train: 2 rows of 129 tokens/)
    await source().click()
    await window.page.getByRole('menuitem', { name: /^Run first/ }).click()
    await alert.getByText(/conversations; it had \d+/).waitFor({ timeout: 10_000 })
    writeFileSync(chats, kept)
    await window.action('Try again').click()
    await shows(/^Batch 0 of train: 1 rows of 65 tokens/)
  })
})
