/**
 * The Mixture view in a real window: editing the lists and undoing it, reading and searching conversations, a dropped file
 * with faults, and the mixture to a file and back.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { answerDialogs } from '../support/app-control'
import { AppPage, until } from '../support/app-page'
import { goldenPath } from '../support/golden'
import { sharedApp } from '../support/launch-app'
import { keptFolder } from '../support/temporary-folder'

const { app } = sharedApp()
const files = keptFolder()
let window: AppPage

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
  await window.open('Mixture')
}, 120_000)

const menuItem = (name: RegExp): Locator => window.page.getByRole('menuitem', { name })
const table = (split: 'Train' | 'Validation'): Locator =>
  window.main.getByRole('table', { name: `${split} mixture` })

const picture = (name: string): Promise<void> => window.picture(`mixture-${name}`)

/** The text of each row of a table: its entry, then its figures. */
async function rows(split: 'Train' | 'Validation' = 'Train'): Promise<string[]> {
  const texts = await table(split).locator('tbody tr').allInnerTexts()
  return texts.map((text) => text.replace(/\s+/g, ' ').trim())
}

/** Waits until the train table starts with these entries. */
async function settlesTo(names: readonly RegExp[]): Promise<string[]> {
  return until(
    () => rows(),
    (found) => found.length === names.length && names.every((name, index) => name.test(found[index] ?? '')),
    30_000,
    names.join(),
  )
}

const STARTER = [
  /^conversations\.jsonl ×10/,
  /^SmolTalk ×10/,
  /^GSM8K ×10/,
  /^SimpleSpelling/,
  /^SpellingBee/,
]

describe('the lists', () => {
  it('are changed, and every change can be undone', async () => {
    await settlesTo(STARTER)
    await table('Train').getByText('GSM8K').click()
    const repeat = window.main.getByLabel('repeat', { exact: true })
    await repeat.fill('3')
    await repeat.press('Enter')
    await window.main.getByLabel('stop', { exact: true }).fill('20')
    await window.main.getByLabel('stop', { exact: true }).press('Enter')
    const edited = [
      /^conversations/,
      /^SmolTalk/,
      /^GSM8K ×3 main \/ train \[:20\] 60 /,
      /^Simple/,
      /^Spelling/,
    ]
    await settlesTo(edited)
    await window.action('Move up').click()
    await settlesTo([/^conversations/, /^GSM8K ×3/, /^SmolTalk/, /^Simple/, /^Spelling/])
    await window.action('Remove').click()
    await settlesTo([/^conversations/, /^SmolTalk/, /^Simple/, /^Spelling/])
    await window.action('Add task to val').click()
    await menuItem(/^GSM8K/).click()
    await until(
      () => rows('Validation'),
      (found) => found.length === 4,
      5000,
      'a val task more',
    )
    await picture('lacking')
    for (let step = 0; step < 8; step++) {
      if (await window.action('Undo').isDisabled()) break
      await window.action('Undo').click()
    }
    await settlesTo(STARTER)
    expect(await rows('Validation')).toHaveLength(3)
  })

  it('can be emptied, and started anew from the three buttons', async () => {
    for (const split of ['Train', 'Validation'] as const) {
      for (let left = (await rows(split)).length; left > 0; left--) {
        await table(split).locator('tbody tr').first().click()
        await window.page.keyboard.press('Delete')
      }
    }
    await window.main.getByText('Drop a JSONL file, add a task, or start from a preset').waitFor()
    await picture('empty')
    expect(await window.action('Choose a JSONL file').isVisible()).toBe(true)
    expect(await window.action('Add task').isVisible()).toBe(true)
    await window.action('Start from a preset').click()
    await picture('presets')
    await menuItem(/^Midtraining/).click()
    await settlesTo([
      /^SmolTalk/,
      /^MMLU/,
      /^GSM8K/,
      /^identity_conv\S* ×2/,
      /^SimpleSpelling/,
      /^SpellingBee/,
    ])
    await window.main.getByRole('region', { name: 'Data to download' }).waitFor()
    await picture('nanochat')
    await window.page.keyboard.press('Escape')
    await window.action('Presets').click()
    await menuItem(/^Starter project/).click()
    await settlesTo(STARTER)
  })

  it('are read from another nanochat folder once it is chosen', async () => {
    const other = goldenPath('nanochat_base')
    await answerDialogs(app(), other)
    await window.action('Choose nanochat folder').click()
    await window.main.getByText('no base d4 here, which the project asks for: there is d3').waitFor()
    await window.action('Use the deepest').click()
    await window.main.getByText('tokenizer, base d3').waitFor()
    await window.action('Undo').click()
    await window.action('Default').waitFor()
    await window.action('Undo').click()
    await window.main.getByText('tokenizer, base d4, made on first use').waitFor()
  })

  it('are counted: lengths of every task', async () => {
    const counted = await until(
      () => rows(),
      (found) => found.every((row) => !row.includes('–')),
      60_000,
      'all figures',
    )
    expect(counted[0]).toMatch(/^conversations\.jsonl ×10 JSONL 3,570 /)
    await picture('starter')
  })
})

describe('conversations', () => {
  it('are read one by one, as a chat and as tokens', async () => {
    await table('Train').getByText('GSM8K').click()
    const samples = window.main.getByRole('region', { name: 'Conversations' })
    const first = await until(
      () => samples.getByLabel('Conversation', { exact: true }).innerText(),
      (text) => text.includes('assistant'),
      20_000,
      'a conversation',
    )
    await samples.getByRole('button', { name: 'Next conversation' }).click()
    await until(
      () => samples.getByLabel('Conversation', { exact: true }).innerText(),
      (text) => text !== first && text.includes('assistant'),
      10_000,
      'another conversation',
    )
    expect(await samples.getByLabel('row').inputValue()).toBe('1')
  })

  it('are searched, from one match to the next and round', async () => {
    const search = window.main.getByRole('searchbox', { name: 'Search these conversations' })
    const state = (): Promise<string> => window.page.getByTestId('search-state').innerText()
    const row = (): Promise<string> =>
      window.main.getByRole('region', { name: 'Conversations' }).getByLabel('row').inputValue()
    await search.fill('HOW MANY')
    await search.press('Enter')
    await until(state, (text) => /^\d+ of \d+$/.test(text), 10_000, 'matches')
    const at = await row()
    await picture('search')
    await search.press('Enter')
    await until(row, (now) => now !== at, 5000, 'the next match')
    await search.press('Shift+Enter')
    await until(row, (now) => now === at, 5000, 'the match before')
    await search.fill('no such text anywhere')
    await search.press('Enter')
    await until(state, (text) => text === 'not found', 10_000, 'nothing')
    await search.press('Escape')
    await until(state, (text) => text === '', 5000, 'no search')
  })
})

describe('a JSONL file', () => {
  it('that is dropped with faults is refused with each of them by line, and added once it is in order', async () => {
    const path = join(files, 'dropped.jsonl')
    const good = JSON.stringify([
      { role: 'user', content: 'Where do you run?' },
      { role: 'assistant', content: 'Here.' },
    ])
    const twice = JSON.stringify([
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
    ])
    writeFileSync(path, `${good}\nnot JSON\n${twice}\n${good}\n`)
    await window.drop(path, table('Train'))
    const refused = window.main.getByRole('region', { name: `Faults of ${path}` })
    await refused.waitFor()
    const said = await refused.innerText()
    expect(said).toContain('2 lines with a fault, 2 in order')
    expect(said).toMatch(/line 2\s[\s\S]*line 3, message 2\s/)
    expect(await rows()).toHaveLength(5)
    await picture('faults')
    writeFileSync(path, `${good}\n${good}\n`)
    await refused.getByRole('button', { name: 'Check again' }).click()
    await settlesTo([...STARTER, /^dropped\.jsonl JSONL 2 /])
    await refused.waitFor({ state: 'detached' })
    await window.action('Undo').click()
    await settlesTo(STARTER)
  })
})

describe('the mixture as a file', () => {
  async function choose(item: RegExp, path: string): Promise<void> {
    await answerDialogs(app(), path)
    await window.action('Import, export').click()
    await menuItem(item).click()
  }

  it('goes to JSON and comes back from it', async () => {
    const path = join(files, 'mixture.json')
    await choose(/^Export as JSON/, path)
    await window.page.getByText(`Written: ${path}`).waitFor()
    const written: unknown = JSON.parse(readFileSync(path, 'utf8'))
    expect(written).toMatchObject({ train: [{ task: 'CustomJSON', repeat: 10 }, {}, {}, {}, {}] })
    writeFileSync(path, JSON.stringify({ train: [{ task: 'SpellingBee', split: 'train', size: 7 }] }))
    await choose(/^Import/, path)
    await settlesTo([/^SpellingBee/])
    await window.action('Undo').click()
    await settlesTo(STARTER)
  })

  it("comes from the reference's script, and a script with faults is refused by line", async () => {
    const path = join(files, 'script.py')
    const list = 'train_dataset = TaskMixture([\n    SpellingBee(size=9),\n    SpellingBee(size=9),\n])\n'
    writeFileSync(path, list)
    await choose(/^Import/, path)
    await settlesTo([/^SpellingBee ×2/])
    await window.action('Undo').click()
    await settlesTo(STARTER)
    writeFileSync(
      path,
      `${list}val_dataset = TaskMixture([\n    SmolTalk(split=which),\n    Arc("Easy"),\n])\n`,
    )
    await choose(/^Import/, path)
    const refusal = window.main.getByRole('alert').filter({ hasText: 'The mixture was not imported' })
    await refusal.waitFor()
    expect(await refusal.innerText()).toMatch(/line 6: which is not known[\s\S]*line 7\s+Arc is no task/)
    await picture('script-refused')
    expect(await rows()).toHaveLength(5)
    await refusal.getByRole('button', { name: 'Dismiss' }).click()
  })

  it('is refused as Python where it names files that the script could not read', async () => {
    await choose(/^Export as Python/, join(files, 'mixture.py'))
    const refusal = window.main.getByRole('alert').filter({ hasText: 'The mixture was not exported' })
    await refusal.waitFor()
    expect(await refusal.innerText()).toContain('Export it as JSON')
    await refusal.getByRole('button', { name: 'Dismiss' }).click()
  })
})
