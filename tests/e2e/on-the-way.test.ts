/**
 * A run that is measured on the way: set up in Train, seen to learn to spell beside its curves, and found again in Talk. The
 * starter's base learns twelve of the starter's words: its forty thousand take many times as long.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'

import { keptQuestions, runMeasurements } from '../../src-main/evaluation/kept-measurements'
import { askedText } from '../../src-main/evaluation/question-text'
import { RunStore, storeFile } from '../../src-main/runs/store'
import { AppPage } from '../support/app-page'
import { launchApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { temporaryFolder } from '../support/temporary-folder'

const STEPS = 90
const QUESTIONS = 6
/** Of the starter's list. */
const WORDS = [
  ...['acceded', 'aunt', 'backer', 'bangle', 'based', 'burial'],
  ...['commons', 'craned', 'decimal', 'dosing', 'gringos', 'hiss'],
]

it(
  'is measured by SpellingBee while it learns to spell, and spells words that its base cannot',
  { timeout: 600_000 },
  async () => {
    const home = temporaryFolder()
    openInFolder(home, spellingConfig(home))
    const app = await launchApp({ home })
    const window = new AppPage(app.page)
    await window.open('Train')
    const option = (name: string): Locator => window.main.getByLabel(name, { exact: true })
    await option('measure_tasks').getByLabel('SpellingBee').check()
    await option('measure_max_problems').fill(String(QUESTIONS))
    await option('measure_max_problems').press('Enter')
    await window.button('Start').click()
    await window.state('done').waitFor({ timeout: 500_000 })

    const measured = window.main.getByLabel(/^Measured tasks, % right at step/)
    expect(await percentRight(measured)).toBeGreaterThan(30)
    await window.picture('on-the-way-train')
    const curve = window.main.locator('figure', { hasText: 'Measured tasks' }).locator('canvas')
    await curve.focus()
    const before = window.main.getByLabel('Measured tasks, % right at step 0')
    while ((await before.count()) === 0) await curve.press('ArrowLeft')
    expect(await percentRight(before)).toBe(0)

    await window.open('Talk')
    await window.main.getByRole('radio', { name: 'Measured' }).click()
    await window.main.getByLabel('SpellingBee: show its questions').waitFor()
    await window.picture('on-the-way-talk')

    const store = RunStore.open(storeFile(home))
    const [run] = store.list()
    const measures = store.measures(run?.id ?? '', 0)
    store.close()
    expect(measures.map(({ step }) => step)).toEqual([0, STEPS / 2, STEPS])
    const dir = run?.dir ?? ''
    expect(await spelled(dir, 0)).toBe(0)
    expect(await spelled(dir, STEPS)).toBeGreaterThanOrEqual(QUESTIONS / 3)
  },
)

function spellingConfig(home: string): ReturnType<typeof smallConfig> {
  const word_list = join(home, 'words.txt')
  writeFileSync(word_list, WORDS.join('\n'))
  return smallConfig({
    num_iterations: STEPS,
    max_seq_len: 256,
    device_batch_size: 4,
    total_batch_size: 1024,
    save_every: -1,
    measure_every: STEPS / 2,
    mixture: {
      train: [
        { task: 'SimpleSpelling', split: 'train', size: 3000, word_list },
        { task: 'SpellingBee', split: 'train', size: 3000, word_list },
      ],
      val: [{ task: 'SpellingBee', split: 'test', size: 160, word_list }],
    },
  })
}

/** The accuracy that stands beside the curve. */
async function percentRight(measured: Locator): Promise<number> {
  return Number(/([\d.]+) \(/.exec(await measured.innerText())?.[1])
}

/** How many of a step's answers spell the word that was asked about. */
async function spelled(runDir: string, step: number): Promise<number> {
  const kept = await keptQuestions(runMeasurements(runDir, step), { task: 'SpellingBee', dtype: 'float32' })
  expect(kept.size).toBe(QUESTIONS)
  return [...kept.values()].filter((question) => {
    const word = WORDS.find((each) => askedText(question).includes(each))
    return word !== undefined && question.completion?.includes(`${word}:${[...word].join(',')}\n`) === true
  }).length
}
