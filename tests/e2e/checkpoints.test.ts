/**
 * The checkpoints in a real window: what there is in a nanochat folder, damaged files included, what is in one, and a run
 * started from another one than before. Pictures of them go to tests/screenshots/.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { writeModelCheckpoint } from '../../src-main/checkpoint/nanochat-files'
import { withSafetensors } from '../../src-main/checkpoint/safetensors'
import { modelConfig } from '../../src-main/model/config.schema'
import { answerDialogs, resize, setTheme, type WindowSize } from '../support/app-control'
import { AppPage, until } from '../support/app-page'
import { readCsv } from '../support/csv'
import { cutFile, tinyCheckpoint, tinyConfig } from '../support/checkpoints'
import { sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig, STARTER_DIR } from '../support/small-project'
import { keptFolder } from '../support/temporary-folder'
import { elementsOf, fetchedBy, readXml } from '../support/xml'

const home = keptFolder()
const baseDir = join(home, 'nanochat')
const LONG = 'd4-warmup-of-the-third-attempt-with-a-name-that-nobody-should-give-a-folder'
const small = modelConfig.parse({ ...tinyConfig, vocab_size: 4096, sequence_len: 256 })

async function write(name: string, step: number, config = small): Promise<string> {
  const dir = join(baseDir, name)
  mkdirSync(dir, { recursive: true })
  await writeModelCheckpoint(dir, tinyCheckpoint(step, step, config))
  return dir
}

cpSync(join(STARTER_DIR, 'tokenizer'), join(baseDir, 'tokenizer'), { recursive: true })
await write('base_checkpoints/d4', 100)
await write('base_checkpoints/d4', 200)
await write(`base_checkpoints/${LONG}`, 1234567, { ...small, variant: '2026-01-16' })
await write('base_checkpoints/other-tokenizer', 3, tinyConfig)
cutFile(join(await write('base_checkpoints/cut-off', 5), 'model_000005.pt'), 0.6)
rmSync(join(await write('base_checkpoints/no-meta', 5), 'meta_000005.json'))
writeFileSync(join(await write('base_checkpoints/not-json', 5), 'meta_000005.json'), '{"step": 5, ')
await write('mid_checkpoints/d4', 30, { ...small, variant: '2026-03-14' })
await write('chatsft_checkpoints/d4', 700)
openInFolder(home, { ...smallConfig(), base_dir: baseDir, model_tag: null, model_step: null })

const { app } = sharedApp({ home })
let window: AppPage

beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
})

const list = (): Locator => window.page.getByRole('table', { name: 'Checkpoints' })
const rowOf = (name: string | RegExp): Locator => list().getByRole('row', { name })
const detail = (): Locator => window.page.getByRole('region', { name: /^Checkpoint / })

async function picture(name: string, size: WindowSize): Promise<void> {
  await resize(app(), size)
  await window.page.waitForTimeout(300)
  await window.picture(`checkpoints-${name}-${String(size.width)}x${String(size.height)}`)
}

describe('the list', () => {
  it('is opened by the base checkpoint in the top bar, and holds every folder, damaged files included', async () => {
    await window.page.getByRole('banner').getByRole('button', { name: /^d4/ }).click()
    await rowOf('d4, step 200: chosen').waitFor()
    for (const folder of ['base_checkpoints', 'mid_checkpoints', 'chatsft_checkpoints']) {
      expect(await list().getByText(folder, { exact: true }).count()).toBe(1)
    }
    expect(await list().locator('tr[data-row]').count()).toBe(9)
    await rowOf('d4, step 100: can start a run').waitFor()
    await rowOf(/cut-off, step 5: model_000005\.pt: not a zip file/).waitFor()
    await rowOf(/no-meta, step 5: meta_000005\.json is missing/).waitFor()
    await rowOf(/not-json, step 5: .*not JSON/).waitFor()
    await rowOf(/other-tokenizer, step 3: .*vocabulary/).waitFor()
    await rowOf('d4, step 700: not a base').waitFor()
    await setTheme(app(), 'light')
    await picture('list-light', { width: 1280, height: 800 })
  })
})

describe('one of them', () => {
  it('shows its config, groups and tensors, and the numbers of a tensor', async () => {
    await rowOf(new RegExp(LONG)).click()
    await detail().getByText('value embeddings', { exact: true }).waitFor()
    await detail()
      .getByText(/capped their logits at 20/)
      .waitFor()
    await detail()
      .getByRole('row', { name: /transformer\.wte\.weight/ })
      .click()
    const histogram = detail().getByRole('img', { name: /Histogram of transformer\.wte\.weight/ })
    expect(await histogram.getAttribute('aria-label')).toMatch(/deviation (0\.9|1\.0)/)
    await picture('detail-light', { width: 1280, height: 800 })
    await setTheme(app(), 'dark')
    await picture('detail-dark', { width: 1920, height: 1080 })
    await picture('detail-dark', { width: 1024, height: 680 })
  })

  it('says why no run can start from it', async () => {
    await rowOf(/cut-off/).click()
    await detail().getByRole('alert').first().waitFor()
    expect(await detail().getByRole('button', { name: 'Start from this' }).count()).toBe(0)
    await picture('damaged-dark', { width: 1280, height: 800 })
    await rowOf('d4, step 30: not a base').click()
    await detail()
      .getByText(/a run starts from base_checkpoints/)
      .waitFor()
    expect(await detail().getByRole('alert').count()).toBe(0)
  })
})

describe('out of the window', () => {
  it('a checkpoint becomes a folder for the hub, as it is', async () => {
    const out = join(home, 'for the hub')
    await answerDialogs(app(), out)
    await rowOf('d4, step 30: not a base').click()
    await detail()
      .getByRole('button', { name: /^Export for the hub/ })
      .click()
    await window.page.getByText(`Written: ${out}`).waitFor()
    const tensors = await withSafetensors(join(out, 'model.safetensors'), (found) =>
      Promise.resolve(new Map([...found].map(([name, { shape }]) => [name, shape]))),
    )
    expect(tensors.get('smear_gate.weight')).toEqual([1, 24])
    expect(readdirSync(out)).toContain('tokenizer.json')
  })
})

describe('without a mouse', () => {
  /** For as long as a finger stays on a key: the control looks whether it is still down once the focus has moved. */
  const held = (key: string): Promise<void> => window.page.keyboard.press(key, { delay: 60 })

  it('rows are walked with the arrow keys, opened with Enter and closed with Escape', async () => {
    await window.page.keyboard.press('Escape')
    await until(
      () => detail().count(),
      (count) => count === 0,
      5000,
      'closed detail',
    )
    await rowOf(/^d4, step 200/).focus()
    await window.page.keyboard.press('ArrowDown')
    await window.page.keyboard.press('Enter')
    await window.page.getByRole('region', { name: 'Checkpoint d4, step 100' }).waitFor()
    await window.page.keyboard.press('Escape')
    await until(
      () => detail().count(),
      (count) => count === 0,
      5000,
      'closed detail',
    )
    await window.page.getByRole('radio', { name: 'Checkpoints' }).focus()
    await held('ArrowLeft')
    await window.page.getByRole('region', { name: 'Queue' }).waitFor()
    await held('ArrowRight')
    await list().waitFor()
    await held('ArrowLeft')
    await window.page.keyboard.press('Control+k')
    await window.page.keyboard.type('checkpoints')
    await window.page.keyboard.press('Enter')
    await rowOf(/^d4, step 200/).waitFor()
  })
})

describe('starting from another', () => {
  it('makes it the project’s base checkpoint, which can be undone', async () => {
    await rowOf('d4, step 100: can start a run').click()
    await detail().getByRole('button', { name: 'Start from this' }).click()
    await rowOf('d4, step 100: chosen').waitFor()
    await window.page
      .getByRole('banner')
      .getByRole('button', { name: /^d4 ?step 100/ })
      .waitFor()
    await detail().getByRole('button', { name: 'Go to Train' }).click()
    await until(
      () => window.page.locator('#option-model_step').inputValue(),
      (value) => value === '100',
      5000,
      'step 100',
    )
    await window.page.getByTitle('Look at the checkpoints').first().click()
    await rowOf('d4, step 100: chosen').waitFor()
    await window.page.keyboard.press('Control+z')
    await rowOf('d4, step 200: chosen').waitFor()
  })

  it('trains from it, and the run’s own checkpoint is listed', async () => {
    await window.button('Start').click()
    await window.reachStep(2)
    await window.stop.click()
    await window.state('stopped').waitFor({ timeout: 60_000 })
    await window.open('Runs')
    await list().getByText('runs', { exact: true }).waitFor()
    await list().locator('tr[data-row]').last().click()
    await detail().getByRole('button', { name: 'Show the run' }).waitFor()
    await picture('run-dark', { width: 1280, height: 800 })
    await detail().getByRole('button', { name: 'Show the run' }).click()
    await window.page.getByRole('region', { name: /^Run / }).waitFor()
  })

  it('and what it recorded leaves the window as files that their own readers take', async () => {
    const run = window.page.getByRole('region', { name: /^Run / })
    const written = async (button: string, item: string, ending: string): Promise<Buffer> => {
      const path = join(home, `taken.${ending}`)
      await answerDialogs(app(), path)
      await run.getByRole('button', { name: button, exact: true }).click()
      await window.page.getByRole('menuitem', { name: item }).click()
      await window.page.getByText(`Written: ${path}`).waitFor({ timeout: 60_000 })
      return readFileSync(path)
    }
    const [names, ...rows] = readCsv((await written('Export', 'Metrics, CSV', 'csv')).toString())
    expect(names?.slice(0, 3)).toEqual(['run_id', 'run', 'step'])
    expect(rows.map(([, , step]) => step)).toContain('2')
    const chart = readXml((await written('Export the chart Loss', 'SVG', 'svg')).toString())
    expect(elementsOf(chart, 'path').length).toBeGreaterThan(2)
    const picture = await written('Export the chart Loss', 'PNG', 'png')
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    expect(picture.readUInt32BE(16)).toBeGreaterThan(300) // its width
    const page = readXml((await written('Export', 'Page, HTML', 'html')).toString())
    expect(fetchedBy(page)).toEqual([])
    expect(elementsOf(page, 'title').map(({ textContent }) => textContent)).toContain('Loss, nats a token')
    const headings = elementsOf(page, 'h2').map(({ textContent }) => textContent)
    expect(headings).toEqual(
      expect.arrayContaining(['Curves', 'Mixture', 'Packing', 'Options', 'Environment']),
    )
    expect(page.documentElement?.textContent).toContain('steps of one epoch')
  })
})
