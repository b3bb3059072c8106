/**
 * The Mixture view in a real window: editing the lists and undoing it, reading and searching conversations, a dropped file
 * with faults, the mixture to a file and back, and data downloaded from a hub on this machine.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import type { RunConfig } from '../../src-main/runs/config.schema'
import { AppPage, until } from '../support/app-page'
import { goldenPath } from '../support/golden'
import { goldenMixture } from '../support/golden-mixture'
import { startHubServer } from '../support/hub-server'
import { launchApp, sharedApp, type LaunchedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { keptFolder, temporaryFolder } from '../support/temporary-folder'

const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots')
const { app } = sharedApp()
const files = keptFolder()
let window: AppPage

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
  await window.open('Mixture')
}, 120_000)

const main = (): Locator => window.page.getByRole('main')
const button = (name: string | RegExp): Locator =>
  main().getByRole('button', { name, exact: typeof name === 'string' })
const menuItem = (name: RegExp): Locator => window.page.getByRole('menuitem', { name })
const table = (split: 'Train' | 'Validation'): Locator =>
  main().getByRole('table', { name: `${split} mixture` })

async function picture(name: string, page: Page = window.page): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `mixture-${name}.png`) })
}

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

/** The next dialogs are answered with this path. */
async function answerDialogs(path: string): Promise<void> {
  await app().electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)
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
    const repeat = main().getByLabel('repeat', { exact: true })
    await repeat.fill('3')
    await repeat.press('Enter')
    await main().getByLabel('stop', { exact: true }).fill('20')
    await main().getByLabel('stop', { exact: true }).press('Enter')
    const edited = [
      /^conversations/,
      /^SmolTalk/,
      /^GSM8K ×3 main \/ train \[:20\] 60 /,
      /^Simple/,
      /^Spelling/,
    ]
    await settlesTo(edited)
    await button('Move up').click()
    await settlesTo([/^conversations/, /^GSM8K ×3/, /^SmolTalk/, /^Simple/, /^Spelling/])
    await button('Remove').click()
    await settlesTo([/^conversations/, /^SmolTalk/, /^Simple/, /^Spelling/])
    await button('Add task to val').click()
    await menuItem(/^GSM8K/).click()
    await until(
      () => rows('Validation'),
      (found) => found.length === 4,
      5000,
      'a val task more',
    )
    await picture('lacking')
    for (let step = 0; step < 8; step++) {
      if (await button('Undo').isDisabled()) break
      await button('Undo').click()
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
    await main().getByText('Drop a JSONL file, add a task, or start from a preset').waitFor()
    await picture('empty')
    expect(await button('Choose a JSONL file').isVisible()).toBe(true)
    expect(await button('Add task').isVisible()).toBe(true)
    await button('Start from a preset').click()
    await picture('presets')
    await menuItem(/^nanochat's mid_train/).click()
    await settlesTo([
      /^SmolTalk/,
      /^MMLU/,
      /^GSM8K/,
      /^identity_conv\S* ×2/,
      /^SimpleSpelling/,
      /^SpellingBee/,
    ])
    await main().getByRole('region', { name: 'Data to download' }).waitFor()
    await picture('nanochat')
    await window.page.keyboard.press('Escape')
    await button('Presets').click()
    await menuItem(/^Starter project/).click()
    await settlesTo(STARTER)
  })

  it('are read from another nanochat folder once it is chosen', async () => {
    const other = goldenPath('nanochat_base')
    await answerDialogs(other)
    await button('Choose nanochat folder').click()
    await main().getByText('tokenizer, base d3').waitFor()
    await button('Default').waitFor()
    await button('Undo').click()
    await main().getByText('tokenizer, base d4, made on first use').waitFor()
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
    const samples = main().getByRole('region', { name: 'Conversations' })
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
    const search = main().getByRole('searchbox', { name: 'Search these conversations' })
    const state = (): Promise<string> => window.page.getByTestId('search-state').innerText()
    const row = (): Promise<string> =>
      main().getByRole('region', { name: 'Conversations' }).getByLabel('row').inputValue()
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
  /** Drops a file of the disk onto an element, as a person does. */
  async function drop(path: string, onto: Locator): Promise<void> {
    const box = await onto.boundingBox()
    if (!box) throw new Error('nothing to drop onto')
    const client = await window.page.context().newCDPSession(window.page)
    const data = { items: [], files: [path], dragOperationsMask: 1 }
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await client.send('Input.dispatchDragEvent', { type, ...at })
    }
    await client.detach()
  }

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
    await drop(path, table('Train'))
    const refused = main().getByRole('region', { name: `Faults of ${path}` })
    await refused.waitFor()
    const said = await refused.innerText()
    expect(said).toContain('2 lines with a fault, 2 in order')
    expect(said).toMatch(/line 2\s[\s\S]*line 3\s/)
    expect(await rows()).toHaveLength(5)
    await picture('faults')
    writeFileSync(path, `${good}\n${good}\n`)
    await refused.getByRole('button', { name: 'Check again' }).click()
    await settlesTo([...STARTER, /^dropped\.jsonl JSONL 2 /])
    await refused.waitFor({ state: 'detached' })
    await button('Undo').click()
    await settlesTo(STARTER)
  })
})

describe('the mixture as a file', () => {
  async function choose(item: RegExp, path: string): Promise<void> {
    await answerDialogs(path)
    await button('Import, export').click()
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
    await button('Undo').click()
    await settlesTo(STARTER)
  })

  it("comes from the reference's script, and a script with faults is refused by line", async () => {
    const path = join(files, 'script.py')
    const list = 'train_dataset = TaskMixture([\n    SpellingBee(size=9),\n    SpellingBee(size=9),\n])\n'
    writeFileSync(path, list)
    await choose(/^Import/, path)
    await settlesTo([/^SpellingBee ×2/])
    await button('Undo').click()
    await settlesTo(STARTER)
    writeFileSync(
      path,
      `${list}val_dataset = TaskMixture([\n    SmolTalk(split=which),\n    Arc("Easy"),\n])\n`,
    )
    await choose(/^Import/, path)
    const refusal = main().getByRole('alert').filter({ hasText: 'The mixture was not imported' })
    await refusal.waitFor()
    expect(await refusal.innerText()).toMatch(/line 6: which is not known[\s\S]*line 7\s+Arc is no task/)
    await picture('script-refused')
    expect(await rows()).toHaveLength(5)
    await refusal.getByRole('button', { name: 'Dismiss' }).click()
  })

  it('is refused as Python where it names files that the script could not read', async () => {
    await choose(/^Export as Python/, join(files, 'mixture.py'))
    const refusal = main().getByRole('alert').filter({ hasText: 'The mixture was not exported' })
    await refusal.waitFor()
    expect(await refusal.innerText()).toContain('Export it as JSON')
    await refusal.getByRole('button', { name: 'Dismiss' }).click()
  })
})

describe("the reference's golden mixture", () => {
  it('shows the rows and tokens that the reference counted, and a conversation as tokens', async () => {
    const home = temporaryFolder()
    const base = goldenPath('nanochat_base')
    openInFolder(home, smallConfig({ base_dir: base, model_tag: 'd3', mixture: goldenMixture }))
    const { page } = await launchApp({ home })
    await new AppPage(page).open('Mixture')
    await page.getByTitle('177,496 tokens').waitFor({ timeout: 60_000 })
    const tables = await page.getByRole('table').allInnerTexts()
    expect(tables[0]).toMatch(/total\s+1,380\s/)
    expect(tables[1]).toMatch(/total\s+152\s/)
    await page.getByText('tokenizer, base d3').waitFor()
    await page.getByRole('table').getByText('MMLU').first().click()
    await page.getByRole('radio', { name: 'Tokens' }).click()
    await until(
      () => page.getByRole('region', { name: 'Conversations' }).innerText(),
      (text) => text.includes('<|assistant_end|>'),
      20_000,
      'tokens',
    )
    await picture('golden', page)
  })
})

describe('data that is not on this machine', () => {
  const ID = 'openai/gsm8k, main train'

  /** An app whose project lacks GSM8K, beside a task that it has. */
  async function launchLacking(env: Record<string, string>): Promise<LaunchedApp> {
    const home = temporaryFolder()
    const base = join(home, 'nanochat')
    cpSync(goldenPath('nanochat_base'), base, { recursive: true })
    const train: RunConfig['mixture']['train'] = [
      { task: 'SpellingBee', split: 'train', size: 30 },
      { task: 'GSM8K', subset: 'main', split: 'train' },
    ]
    openInFolder(home, smallConfig({ base_dir: base, model_tag: 'd3', mixture: { train, val: [] } }))
    const own = { MIDBENCH_CACHE: join(home, 'cache'), HF_HOME: join(home, 'hf') }
    // Where TensorFlow lies is of no matter here: nothing is trained.
    const launched = await launchApp({ home, env: { ...own, ...env } })
    await new AppPage(launched.page).open('Mixture')
    return launched
  }

  it('is downloaded with its size, progress, cancelling and resuming, while the rest can be read', async () => {
    const server = await startHubServer()
    const content = readFileSync(goldenPath('datasets/gsm8k-main-train.parquet'))
    server.files.set('openai/gsm8k/main/train-00000-of-00001.parquet', { content, large: true })
    const { page } = await launchLacking({ HF_ENDPOINT: server.endpoint, HF_HUB_OFFLINE: '' })
    const panel = page.getByRole('region', { name: 'Data to download' })
    const says = (wanted: RegExp): Promise<string> =>
      until(
        () => panel.innerText(),
        (text) => wanted.test(text),
        20_000,
        String(wanted),
      )
    await says(
      /1 data set not on this machine[\s\S]*[\d.]+ KiB to come, [\d.]+ GiB free[\s\S]*gsm8k, main train/,
    )
    const spelling = page.getByRole('row', { name: /SpellingBee/ })
    await until(
      () => spelling.innerText(),
      (text) => /\b30\b/.test(text),
      20_000,
      'the rows that can be read',
    )
    await page.getByRole('row', { name: /not on this machine/ }).click()
    const own = page.getByRole('region', { name: 'Data of this task' })
    await own.waitFor()
    await until(
      () => new AppPage(page).button('Start').isDisabled(),
      (disabled) => disabled,
      10_000,
      'a blocked start',
    )
    await picture('to-download', page)

    server.faults.push({ kind: 'stall', after: 2000 })
    await own.getByRole('button', { name: `Download ${ID}` }).click()
    await says(/1\.95 KiB of/)
    await picture('downloading', page)
    await panel.getByRole('button', { name: 'Cancel', exact: true }).click()
    await says(/1\.95 KiB of [\d.]+ KiB here/)

    server.apiFaults.push({ kind: 'status', status: 401 })
    await own.getByRole('button', { name: `Resume ${ID}` }).click()
    await says(/does not let you have it \(401\)[\s\S]*HF_TOKEN/)
    await picture('token-needed', page)
    server.apiFaults.push({ kind: 'status', status: 404 })
    await own.getByRole('button', { name: ID }).click()
    await says(/no such thing \(404\)[\s\S]*HF_ENDPOINT/)

    await own.getByRole('button', { name: ID }).click()
    await panel.waitFor({ state: 'detached' })
    await own.waitFor({ state: 'detached' })
    expect(server.requests.at(-1)?.range).toBe('bytes=2000-')
    await until(
      () => page.getByRole('row', { name: /GSM8K/ }).innerText(),
      (text) => /\b120\b/.test(text),
      20_000,
      'the rows that have come',
    )
    await picture('downloaded', page)
  })

  it('is not asked for while HF_HUB_OFFLINE forbids it', async () => {
    const server = await startHubServer()
    const { page } = await launchLacking({ HF_ENDPOINT: server.endpoint, HF_HUB_OFFLINE: '1' })
    const panel = page.getByRole('region', { name: 'Data to download' })
    await panel.getByText(/HF_HUB_OFFLINE is set/).waitFor()
    expect(await panel.getByRole('button', { name: 'Download all' }).isDisabled()).toBe(true)
    await picture('offline', page)
    expect(server.requests).toEqual([])
  })
})
