/**
 * Mixtures from elsewhere in a real window: the reference's golden mixture with its counts, and data that is not on this
 * machine, downloaded from a hub on it that stalls and refuses.
 */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { RunConfig } from '../../src-main/config/config.schema'
import { AppPage, until } from '../support/app-page'
import { goldenPath } from '../support/golden'
import { goldenMixture } from '../support/golden-mixture'
import { startHubServer } from '../support/hub-server'
import { launchApp, type LaunchedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { temporaryFolder } from '../support/temporary-folder'

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
    await new AppPage(page).picture('mixture-golden')
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
    await new AppPage(page).picture('mixture-to-download')

    server.faults.push({ kind: 'stall', after: 2000 })
    await own.getByRole('button', { name: `Download ${ID}` }).click()
    await says(/1\.95 KiB of/)
    await new AppPage(page).picture('mixture-downloading')
    await panel.getByRole('button', { name: 'Cancel', exact: true }).click()
    await says(/1\.95 KiB of [\d.]+ KiB here/)

    server.apiFaults.push({ kind: 'status', status: 401 })
    await own.getByRole('button', { name: `Resume ${ID}` }).click()
    await says(/does not let you have it \(401\)[\s\S]*HF_TOKEN/)
    await new AppPage(page).picture('mixture-token-needed')
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
    await new AppPage(page).picture('mixture-downloaded')
  })

  it('is not asked for while HF_HUB_OFFLINE forbids it', async () => {
    const server = await startHubServer()
    const { page } = await launchLacking({ HF_ENDPOINT: server.endpoint, HF_HUB_OFFLINE: '1' })
    const panel = page.getByRole('region', { name: 'Data to download' })
    await panel.getByText(/HF_HUB_OFFLINE is set/).waitFor()
    expect(await panel.getByRole('button', { name: 'Download all' }).isDisabled()).toBe(true)
    await new AppPage(page).picture('mixture-offline')
    expect(server.requests).toEqual([])
  })
})
