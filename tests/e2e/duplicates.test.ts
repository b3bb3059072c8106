/**
 * Before one trains on it: duplicates are found, shown side by side, excluded with one key and gone from packing, and
 * taken back by Undo and from the list.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { resize, setTheme } from '../support/app-control'
import { AppPage, until } from '../support/app-page'
import { goldenPath } from '../support/golden'
import { sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig, STARTER_DIR } from '../support/small-project'
import { keptFolder } from '../support/temporary-folder'

const home = keptFolder()
const { app } = sharedApp({ home, env: { HF_HUB_CACHE: join(home, 'hub') } })
let window: AppPage

const LONG = `a-file-${'with-a-rather-long-name-'.repeat(5)}of-chats.jsonl`
const lines = readFileSync(join(STARTER_DIR, 'conversations.jsonl'), 'utf8').split('\n').slice(0, 40)
const copies = lines.slice(3, 6).map((line) => line.toUpperCase().replaceAll('"ROLE"', '"role"').replaceAll('"CONTENT"', '"content"').replaceAll('"USER"', '"user"').replaceAll('"ASSISTANT"', '"assistant"').replaceAll('\\N', '\\n')) // prettier-ignore
writeFileSync(join(home, 'chats.jsonl'), lines.map((line) => `${line}\n`).join(''))
writeFileSync(join(home, LONG), [...copies, ...lines.slice(7, 8)].map((line) => `${line}\n`).join(''))
const bee = { task: 'SpellingBee', split: 'train', size: 300 } as const
openInFolder(
  home,
  smallConfig({
    mixture: {
      train: [
        { task: 'CustomJSON', filepath: 'chats.jsonl' },
        { task: 'CustomJSON', filepath: LONG },
        { ...bee, word_list: join(STARTER_DIR, 'words.txt') },
      ],
      val: [
        { task: 'CustomJSON', filepath: 'chats.jsonl', stop: 2 },
        {
          task: 'GSM8K',
          subset: 'main',
          split: 'test',
          stop: 20,
          data_files: goldenPath('datasets/gsm8k-main-test.parquet'),
        },
      ],
    },
  }),
)

const pane = (): Locator => window.main.getByRole('region', { name: 'Duplicates', exact: true })
const pairs = (): Locator => pane().locator('tbody tr[aria-selected]')
const excludedCount = (): Locator => pane().getByRole('button', { name: /^Excluded from train/ })
const countIs = (wanted: number): Promise<string> =>
  until(
    () => excludedCount().innerText(),
    (text) => text.replace(/\D/g, '') === String(wanted),
    10_000,
    `${String(wanted)} excluded`,
  )

/** Conversations of an epoch, as Packing counts them. */
async function packed(): Promise<number> {
  await window.open('Packing')
  const numbers = window.page.getByTestId('epoch-numbers')
  const text = await until(
    () => numbers.innerText(),
    (shown) => /[\d,]+\s+conversations/.test(shown),
    30_000,
    'a plan',
  )
  return Number(/([\d,]+)\s+conversations/.exec(text)?.[1]?.replaceAll(',', ''))
}

beforeAll(() => {
  window = new AppPage(app().page)
})

describe('duplicates', () => {
  it('are found from the keyboard, and counted by task; a test that is not here says so', async () => {
    await window.main.getByRole('heading', { name: 'Mixture', level: 2 }).waitFor()
    await window.page.keyboard.press('d')
    await pane().getByRole('button', { name: 'Check for duplicates' }).click()
    await pane()
      .getByRole('button', { name: `4 exact of ${LONG}` })
      .waitFor({ timeout: 60_000 })
    await pane().getByText('MMLU all test').waitFor()
    await pane().getByText('not looked at').first().waitFor()
    await pane().getByText('20 conversations of val are its own rows').waitFor()
    await until(() => pairs().count(), (count) => count >= 4, 10_000, 'the pairs') // prettier-ignore
  }, 90_000)

  it('are shown side by side with what differs marked', async () => {
    await pane()
      .getByRole('button', { name: `4 exact of ${LONG}` })
      .click()
    await until(() => pairs().count(), (count) => count === 4, 10_000, 'four pairs') // prettier-ignore
    await pane().getByLabel('The conversation', { exact: true }).waitFor()
    await pane().getByLabel('What it is like').waitFor()
    for (const theme of ['light', 'dark'] as const) {
      await setTheme(app(), theme)
      for (const size of [
        { width: 1280, height: 800 },
        { width: 1920, height: 1080 },
        { width: 1024, height: 680 },
      ]) {
        await resize(app(), size)
        await window.picture(`duplicates-${theme}-${String(size.width)}`)
      }
    }
    await resize(app(), { width: 1280, height: 800 })
  })

  it('are excluded with a key, and gone from packing', async () => {
    await pairs().first().click()
    await window.page.keyboard.press('e')
    await countIs(1)
    const name = await pairs().first().getByRole('button').innerText()
    expect(name).toBe('Take back')
    const left = await packed()
    expect(left).toBe(40 + 4 + 300 - 1)
    await window.open('Mixture')
    await pane().waitFor()
    await window.page.keyboard.press('Escape')
    const table = window.main.getByRole('table', { name: 'Train mixture' })
    await table.getByText('1 excluded').waitFor()
    await table.getByText('of-chats.jsonl').click()
    await window.main.getByText('excluded', { exact: true }).waitFor()
    await window.picture('duplicates-mixture')
    await resize(app(), { width: 1024, height: 680 })
    await window.picture('duplicates-mixture-1024')
    await resize(app(), { width: 1280, height: 800 })
    await window.page.keyboard.press('d')
    await pane().waitFor()
  }, 60_000)

  it('are excluded all of a kind, and one Undo takes them back', async () => {
    await pane().getByRole('button', { name: 'Exclude all 4' }).click()
    await countIs(4)
    await window.page.keyboard.press('Control+z')
    await countIs(1)
  })

  it('are listed where they are excluded, to be read and taken back', async () => {
    await excludedCount().click()
    await pane().getByRole('region', { name: 'Excluded conversations' }).waitFor()
    await pane().getByLabel('Conversation', { exact: true }).waitFor()
    await window.picture('duplicates-excluded')
    await pairs().first().focus()
    await window.page.keyboard.press('e')
    await pane().getByText('Nothing is excluded').waitFor()
    await countIs(0)
    expect(await packed()).toBe(40 + 4 + 300)
  }, 60_000)

  it('say so where the mixture has been edited since', async () => {
    await window.open('Mixture')
    await pane().waitFor()
    await window.page.keyboard.press('Escape')
    const table = window.main.getByRole('table', { name: 'Train mixture' })
    await table.getByText('SpellingBee').click()
    await window.page.keyboard.press('Delete')
    await window.page.keyboard.press('d')
    await pane().getByText('The mixture has been edited since it was checked').waitFor()
    await pane()
      .getByRole('button', { name: /exact of/ })
      .first()
      .click()
    await pairs().first().waitFor()
    expect(
      await pane()
        .getByRole('button', { name: /^Exclude all/ })
        .isDisabled(),
    ).toBe(true)
    await window.page.keyboard.press('Escape')
    await window.page.keyboard.press('Control+z')
  })
})
