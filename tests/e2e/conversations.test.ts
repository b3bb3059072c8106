/** Conversations as people have them, in a real window: dropped, looked at before and after, and read as tokens. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, until } from '../support/app-page'
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

const table = (): Locator => window.main.getByRole('table', { name: 'Train mixture' })
const look = (): Locator => window.main.getByRole('region', { name: 'A look at the source' })
const picture = (name: string): Promise<void> => window.picture(`conversations-${name}`)

/** The last entry of the train table once it says this. */
async function lastRow(wanted: RegExp): Promise<string> {
  const text = async (): Promise<string> =>
    (await table().locator('tbody tr').last().innerText()).replace(/\s+/g, ' ').trim()
  return until(text, (found) => wanted.test(found), 30_000, String(wanted))
}

const said = (from: string, value: string): object => ({ from, value })
const chat = (question: string): string =>
  JSON.stringify({
    id: 7,
    conversations: [said('human', question), said('gpt', `${question} At nine.`)],
  })

describe('a ShareGPT file that is dropped', () => {
  it('becomes an entry, with its rows before and after, and its supervised tokens', async () => {
    const path = join(files, 'share.jsonl')
    writeFileSync(path, `${chat('When does the shop open?')}\n${chat('And on Sunday?')}\n`)
    await window.drop(path, table())
    await lastRow(/^share\.jsonl Conversations 2 /)
    await look().getByText('ShareGPT, JSON lines, 1 file').waitFor()
    await look().getByText('all convert').waitFor()
    const rows = look().getByRole('list', { name: 'First rows' })
    const sample = await rows.locator('.sample').first().innerText()
    expect(sample).toContain('"value": "When does the shop open?"')
    expect(sample).toMatch(/user\s+When does the shop open\?\s+assistant/)
    // Rows, then three shares, the mean and the longest length: none is left to be counted.
    await lastRow(/^share\.jsonl Conversations 2 [^–]*$/)
    await picture('dropped')
  })

  it('with rows that cannot be converted names them by reason, and leaves them out when asked to', async () => {
    const path = join(files, 'tools.jsonl')
    const tool = JSON.stringify({ conversations: [said('human', 'a'), said('observation', 'b')] })
    writeFileSync(path, `${chat('a')}\n${tool}\n${tool}\n`)
    await window.drop(path, table())
    await look().getByText('2 rows cannot be converted: 2 with calls of tools').waitFor()
    await lastRow(/^tools\.jsonl .*cannot be converted/)
    await picture('bad-rows')
    await look().getByRole('button', { name: 'Leave them out' }).click()
    await look().getByText('2 rows left out: 2 with calls of tools').waitFor()
    await lastRow(/^tools\.jsonl Conversations · 2 left out 1 /)
    await picture('left-out')
  })
})

describe('a folder that is dropped', () => {
  it('is one entry, whose source can be edited', async () => {
    const folder = join(files, 'chats')
    mkdirSync(folder)
    for (const part of [1, 2, 10]) writeFileSync(join(folder, `part-${String(part)}.jsonl`), chat('a'))
    await window.drop(folder, table())
    await lastRow(/^chats Conversations 3 /)
    const source = window.main.getByLabel(/^source: a file/)
    await source.fill(join(folder, 'part-?.jsonl'))
    await source.press('Tab')
    await lastRow(/Conversations 2 /)
    await look().getByText('ShareGPT, JSON lines, 2 files').waitFor()
  })
})

describe('a file without conversations', () => {
  it('is refused once, with what it has', async () => {
    const path = join(files, 'texts.jsonl')
    writeFileSync(path, '{"text": "a", "url": "b"}\n'.repeat(30))
    await window.drop(path, table())
    const refused = window.main.getByRole('region', { name: `Faults of ${path}` })
    await refused.getByText(/its columns are text, url/).waitFor()
    await picture('refused')
    await refused.getByRole('button', { name: 'Dismiss' }).click()
  })
})
