/**
 * A checkpoint is measured from the window: SpellingBee, with progress; its numbers appear, a wrong answer is opened, and two
 * checkpoints are compared. Pictures of it go to tests/screenshots/.
 */
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { writeModelCheckpoint } from '../../src-main/checkpoint/nanochat-files'
import { modelConfig } from '../../src-main/model/config.schema'
import { resize, setTheme } from '../support/app-control'
import { AppPage } from '../support/app-page'
import { tinyCheckpoint, tinyConfig } from '../support/checkpoints'
import { sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig, STARTER_DIR } from '../support/small-project'
import { keptFolder } from '../support/temporary-folder'

/** The trainer starts and answers, on a machine that may be busy. */
const BUSY_MS = 120_000
const home = keptFolder()
const baseDir = join(home, 'nanochat')
const small = modelConfig.parse({ ...tinyConfig, vocab_size: 4096, sequence_len: 64 })

cpSync(join(STARTER_DIR, 'tokenizer'), join(baseDir, 'tokenizer'), { recursive: true })
cpSync(join(STARTER_DIR, 'words.txt'), join(baseDir, 'words_alpha.txt'))
for (const step of [100, 200]) {
  const dir = join(baseDir, 'base_checkpoints', 'd2')
  mkdirSync(dir, { recursive: true })
  await writeModelCheckpoint(dir, tinyCheckpoint(step, step, small))
}
openInFolder(home, smallConfig({ base_dir: baseDir, model_tag: null, model_step: null }))

const { app } = sharedApp({ home })
let window: AppPage
beforeAll(async () => {
  window = new AppPage(app().page)
  await window.button('Start').waitFor()
})

const checkpoint = (step: number): Locator =>
  window.page
    .getByRole('table', { name: 'Checkpoints' })
    .getByRole('row', { name: `d2, step ${String(step)}` })
const task = (name: string): Locator => window.page.getByLabel(`${name}: show its questions`)

async function picture(name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(app(), theme)
    for (const size of [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]) {
      await resize(app(), size)
      await window.picture(`measuring-${name}-${theme}-${String(size.width)}x${String(size.height)}`)
    }
  }
}

async function measure(step: number): Promise<void> {
  await checkpoint(step).click()
  await window.page.getByRole('button', { name: 'Measure…' }).click()
  const form = window.page.getByRole('form', { name: 'Measure' })
  await form.getByRole('checkbox', { name: 'SpellingBee' }).waitFor()
  await form.getByLabel('Most questions of each task').fill('3')
  await form.getByLabel('Most questions of each task').press('Tab')
  if (step === 200) await picture('form')
  await form.getByRole('button', { name: 'Measure' }).click()
}

describe('measuring', () => {
  it(
    'a checkpoint by SpellingBee from the window gives its accuracy with the interval',
    async () => {
      await window.page.keyboard.press('Control+k')
      await window.page.keyboard.type('checkpoints')
      await window.page.keyboard.press('Enter')
      await measure(200)
      await task('SpellingBee').waitFor({ timeout: BUSY_MS })
      await window.page.getByText('is measured: SpellingBee').waitFor({ timeout: BUSY_MS })
      expect(await task('SpellingBee').innerText()).toMatch(/0\.0 %\s+0\.0–56\.1\s+0 \/ 3/)
      await picture('measured')
    },
    2 * BUSY_MS,
  )

  it(
    'a wrong answer is opened: the question as a chat, what was answered and what was wanted',
    async () => {
      await task('SpellingBee').click()
      const questions = window.page.getByRole('region', { name: 'Questions of SpellingBee' })
      await questions.getByRole('radio', { name: /^Wrong 3/ }).click()
      await questions.getByRole('option').first().click()
      const question = questions.getByRole('region', { name: /^Question / })
      await question.getByText(/wanted \d/).waitFor({ timeout: BUSY_MS })
      expect(await question.getByRole('heading', { name: 'user' }).first().isVisible()).toBe(true)
      await picture('question')
      await window.page.keyboard.press('Escape')
      await task('SpellingBee').waitFor()
    },
    2 * BUSY_MS,
  )

  it(
    'two checkpoints are compared by their tasks and questions',
    async () => {
      await measure(100)
      await window.page.getByText('d2 step 100 is measured: SpellingBee').waitFor({ timeout: BUSY_MS })
      for (const step of [100, 200]) await window.page.getByLabel(`Compare d2, step ${String(step)}`).check()
      const compared = window.page.getByRole('region', { name: 'Compared checkpoints' })
      await compared.getByText('d2 step 100').waitFor()
      await picture('compared')
      await task('SpellingBee').click()
      await window.page.getByRole('radio', { name: 'Differ 0' }).waitFor({ timeout: BUSY_MS })
    },
    2 * BUSY_MS,
  )

  it(
    'what answers in Talk is measured beside the conversation, down to its questions',
    async () => {
      await window.open('Talk')
      await window.main.getByRole('radio', { name: 'Measured' }).click()
      await task('SpellingBee').waitFor({ timeout: BUSY_MS })
      await picture('beside-talk')
      await task('SpellingBee').press('Enter')
      const questions = window.page.getByRole('region', { name: 'Questions of SpellingBee' })
      await questions.getByRole('radio', { name: /^Wrong 3/ }).waitFor({ timeout: BUSY_MS })
      await questions
        .getByText(/wanted \d/)
        .first()
        .waitFor({ timeout: BUSY_MS })
      await picture('beside-talk-question')
      await window.page.keyboard.press('Escape')
      await task('SpellingBee').waitFor()
      expect(await window.page.evaluate('document.activeElement.ariaLabel')).toBe(
        'SpellingBee: show its questions',
      )
    },
    2 * BUSY_MS,
  )
})
