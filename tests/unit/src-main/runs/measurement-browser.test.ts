/** Kept measurements as the window sees them, from files that a measuring wrote. */
import { expect, test } from 'vitest'

import {
  checkpointMeasurements,
  type Keeping,
  KeptTask,
  runMeasurements,
} from '../../../../src-main/evaluation/kept-measurements'
import type { Outcome } from '../../../../src-main/evaluation/measure'
import type { Problem } from '../../../../src-main/evaluation/problems'
import { measurementBrowser } from '../../../../src-main/runs/measurement-browser'
import type { QuestionFilter } from '../../../../src-main/runs/measurement-view.schema'
import { unbothered } from '../../../support/generation'
import { temporaryFolder } from '../../../support/temporary-folder'

const context = { signal: unbothered, progress: () => undefined, tell: () => undefined }
const identity = 'a'.repeat(32)

const problems = ['apples', 'pears', 'plums', 'Figs'].map((fruit): Problem => {
  const messages: Problem['conversation']['messages'] = [
    { role: 'user', content: `How many ${fruit}?` },
    { role: 'assistant', content: '#### 4' },
  ]
  return { conversation: { messages }, by: 'number' }
})

async function keep(
  folder: string,
  model: Partial<Keeping['model']>,
  outcomes: readonly (readonly [row: number, right: boolean])[],
): Promise<void> {
  const keeping: Keeping = {
    model: { identity: null, dir: null, step: 5, runId: null, ...model },
    task: 'GSM8K',
    dtype: 'float32',
    tensorflow: '2.21.0',
    isolation: null,
  }
  const kept = await KeptTask.open(folder, keeping, problems)
  for (const [row, right] of outcomes) {
    const answer = right ? '4' : '5'
    await kept.add({ row, right, answer, completion: `<|python_start|>2+2<|python_end|>#### ${answer}` })
  }
  await kept.close()
}

/** Two models: the first has rows 0, 1 and 3, the second 0, 1 and 2. */
async function twoModels() {
  const [one, other] = [temporaryFolder(), temporaryFolder()]
  await keep(one, {}, [[3, true], [0, true], [1, false]]) // prettier-ignore
  await keep(other, {}, [[0, true], [1, true], [2, true]]) // prettier-ignore
  const source = (folder: string) => ({ folder, dtype: 'float32' as const })
  return { task: 'GSM8K' as const, sources: [source(one), source(other)] }
}

test('all kept measurements are listed, of checkpoints and of runs', async () => {
  const [dataDir, runDir] = [temporaryFolder(), temporaryFolder()]
  await keep(checkpointMeasurements(dataDir, identity), { identity }, [[0, true]])
  await keep(runMeasurements(runDir, 5), { runId: 'run-1' }, [[0, false]])
  const kept = await measurementBrowser.kept({ dataDir, runs: [{ id: 'run-1', dir: runDir }] }, context)
  expect(kept).toMatchObject([
    { key: { of: 'checkpoint', identity }, scores: [{ task: 'GSM8K', right: 1, total: 1, problems: 4 }] },
    { key: { of: 'run', runId: 'run-1', step: 5 }, scores: [{ right: 0, total: 1 }] },
  ])
})

test('questions are filtered by outcome and text, and those that models differ in come first', async () => {
  const asked = await twoModels()
  const rows = async (show: QuestionFilter['show'], search = ''): Promise<number[]> => [
    ...(await measurementBrowser.questionRows({ ...asked, show, search }, context)).rows,
  ]
  expect(await rows('all')).toEqual([1, 0, 2, 3])
  expect(await rows('right')).toEqual([0, 3])
  expect(await rows('wrong')).toEqual([1])
  expect(await rows('differ')).toEqual([1])
  expect(await rows('all', ' figs')).toEqual([3])
  expect(await rows('all', '#### 5')).toEqual([1])
  expect(await rows('right', 'pears')).toEqual([])
  const { counts } = await measurementBrowser.questionRows({ ...asked, show: 'wrong', search: '' }, context)
  expect(counts).toEqual({ all: 4, right: 2, wrong: 1, differ: 1 })
})

test('of one model those that it got wrong come first', async () => {
  const { sources, ...asked } = await twoModels()
  const filter = { show: 'all', search: '' } as const
  const { rows } = await measurementBrowser.questionRows(
    { ...asked, sources: sources.slice(0, 1), ...filter },
    context,
  )
  expect([...rows]).toEqual([1, 0, 3])
})

test('a line has each model’s outcome, and a question the answers in parts', async () => {
  const asked = await twoModels()
  const lines = await measurementBrowser.questionLines({ ...asked, rows: [1, 3, 9] }, context)
  expect(lines).toEqual([
    {
      row: 1,
      asked: 'How many pears?',
      wanted: '4',
      outcomes: [
        { right: false, answer: '5' },
        { right: true, answer: '4' },
      ],
    },
    { row: 3, asked: 'How many Figs?', wanted: '4', outcomes: [{ right: true, answer: '4' }, null] },
  ])
  const question = await measurementBrowser.question({ ...asked, row: 1 }, context)
  expect(question?.conversation).toEqual(problems[1]?.conversation)
  expect(question?.outcomes[0]).toEqual({
    right: false,
    answer: '5',
    letters: [],
    completion: [
      { type: 'python', text: '2+2' },
      { type: 'text', text: '#### 5' },
    ],
  })
  expect(await measurementBrowser.question({ ...asked, row: 9 }, context)).toBeNull()
})

test('questions that are added while one looks are seen', async () => {
  const folder = temporaryFolder()
  const asked = { task: 'GSM8K' as const, sources: [{ folder, dtype: 'float32' as const }] }
  const count = async (): Promise<number> =>
    (await measurementBrowser.questionRows({ ...asked, show: 'all', search: '' }, context)).rows.length
  expect(await count()).toBe(0)
  await keep(folder, {}, [[0, true]])
  expect(await count()).toBe(1)
  await keep(folder, {}, [[1, true]])
  expect(await count()).toBe(2)
})

test('a letter’s question has the logit of each letter', async () => {
  const folder = temporaryFolder()
  const letter: Problem = { conversation: problems[0]?.conversation ?? { messages: [] }, by: 'letter', letters: ['A', 'B'] } // prettier-ignore
  const model: Keeping['model'] = { identity, dir: '/d3', step: 1, runId: null }
  const keeping: Keeping = { model, task: 'MMLU', dtype: 'bfloat16', tensorflow: '', isolation: null }
  const kept = await KeptTask.open(folder, keeping, [letter])
  const outcome: Outcome = { row: 0, right: false, answer: 'B', logits: [-1, 2.5] }
  await kept.add(outcome)
  await kept.close()
  const asked = { task: 'MMLU' as const, sources: [{ folder, dtype: 'bfloat16' as const }] }
  const question = await measurementBrowser.question({ ...asked, row: 0 }, context)
  expect(question?.outcomes[0]?.letters).toEqual([
    { letter: 'A', logit: -1 },
    { letter: 'B', logit: 2.5 },
  ])
})
