/** What is kept of a measuring, on the disk: written, stopped, killed, gone on with. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import {
  checkpointMeasurements,
  type Keeping,
  keptQuestions,
  KeptTask,
  listMeasurements,
  readMeasurements,
  runMeasurements,
} from '../../../../src-main/evaluation/kept-measurements'
import type { Problem } from '../../../../src-main/evaluation/problems'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

const keeping: Keeping = {
  model: { identity: 'ab12', dir: '/models/d3', step: 3, runId: null },
  task: 'GSM8K',
  dtype: 'float32',
  tensorflow: '2.21.0',
  isolation: null,
}

function problem(question: string): Problem {
  const messages: Problem['conversation']['messages'] = [
    { role: 'user', content: question },
    { role: 'assistant', content: '#### 4' },
  ]
  return { conversation: { messages }, by: 'number' }
}

const problems = ['2 + 2?', '5 - 1?', '8 / 2?'].map(problem)

function outcome(row: number, right: boolean): Parameters<KeptTask['add']>[0] {
  return { row, right, answer: right ? '4' : null, completion: right ? 'It is #### 4' : 'No idea' }
}

test('a task’s score and questions are found again', async () => {
  const folder = checkpointMeasurements(temporaryFolder(), 'ab12')
  const kept = await KeptTask.open(folder, keeping, problems)
  await kept.add(outcome(1, true))
  await kept.add(outcome(0, false))
  const score = await kept.close()
  expect(score).toMatchObject({ right: 1, total: 2, problems: 3, baseline: 0, tensorflow: '2.21.0' })
  expect(score.ended_at).toBeGreaterThanOrEqual(score.begun_at)
  expect(await readMeasurements(folder)).toEqual({ model: keeping.model, scores: [score] })
  const questions = await keptQuestions(folder, keeping)
  expect(questions.get(1)).toEqual({ ...outcome(1, true), conversation: problems[1]?.conversation })
  expect([...questions.keys()]).toEqual([1, 0])
})

test('a letter is kept with the letters and the logit of each', async () => {
  const folder = temporaryFolder()
  const letters: Problem = { conversation: problem('Which?').conversation, by: 'letter', letters: ['A', 'B'] }
  const asked: Keeping = { ...keeping, task: 'MMLU' }
  const kept = await KeptTask.open(folder, asked, [letters])
  await kept.add({ row: 0, right: false, answer: 'A', logits: [1.5, -0.25] })
  expect(await kept.close()).toMatchObject({ baseline: 0.25 })
  const question = (await keptQuestions(folder, asked)).get(0)
  expect(question).toMatchObject({ answer: 'A', letters: ['A', 'B'], logits: [1.5, -0.25] })
})

test('measuring goes on where it stopped, and says what all sittings took', async () => {
  const folder = temporaryFolder()
  const first = await KeptTask.open(folder, keeping, problems.slice(0, 2))
  await first.add(outcome(1, true))
  const { begun_at } = await first.close()
  const then = await KeptTask.open(folder, keeping, problems)
  expect([...then.done]).toEqual([1])
  await then.add(outcome(0, true))
  expect(await then.close()).toMatchObject({ right: 2, total: 2, problems: 3, begun_at })
  const fewer = await KeptTask.open(folder, keeping, problems.slice(0, 1))
  expect(await fewer.close()).toMatchObject({ right: 2, total: 2, problems: 3 })
})

test('after a kill all whole lines count, and half of one is dropped', async () => {
  const folder = temporaryFolder()
  const killed = await KeptTask.open(folder, keeping, problems)
  await killed.add(outcome(0, true))
  await killed.add(outcome(2, true))
  appendFileSync(join(folder, 'GSM8K.float32.jsonl'), '{"row":1,"right":tr')
  const found = await readMeasurements(folder)
  expect(found?.scores).toMatchObject([{ right: 2, total: 2, problems: 3, ended_at: null }])
  const then = await KeptTask.open(folder, keeping, problems)
  expect([...then.done]).toEqual([0, 2])
  await then.add(outcome(1, false))
  expect(await then.close()).toMatchObject({ right: 2, total: 3 })
  expect([...(await keptQuestions(folder, keeping)).keys()]).toEqual([0, 2, 1])
  await killed.close()
})

test('where the data holds other questions, or another model is measured, all begins anew', async () => {
  const folder = temporaryFolder()
  const first = await KeptTask.open(folder, keeping, problems)
  await first.add(outcome(0, true))
  await first.add(outcome(1, true))
  await first.close()
  const again = await KeptTask.open(folder, { ...keeping, anew: true }, problems)
  expect(again.done.size).toBe(0)
  await again.add(outcome(1, false))
  await again.close()
  const other = await KeptTask.open(folder, keeping, [problem('7 - 3?'), problem('1 + 3?')])
  expect(other.done.size).toBe(0)
  expect(await other.close()).toMatchObject({ right: 0, total: 0, problems: 2 })
})

test('the two types of matrix products are kept apart', async () => {
  const folder = temporaryFolder()
  for (const dtype of ['float32', 'bfloat16'] as const) {
    const kept = await KeptTask.open(folder, { ...keeping, dtype }, problems)
    await kept.add(outcome(0, dtype === 'float32'))
    await kept.close()
  }
  const { scores } = (await readMeasurements(folder)) ?? { scores: [] }
  expect(scores.map(({ dtype, right }) => [dtype, right])).toEqual([
    ['bfloat16', 0],
    ['float32', 1],
  ])
})

test('a run’s measurements lie with the run, by step', async () => {
  const run = temporaryFolder()
  for (const step of [20, 1_000_000, 999_999, 5]) {
    const model = { identity: null, dir: null, step, runId: 'run' }
    const kept = await KeptTask.open(runMeasurements(run, step), { ...keeping, model }, problems)
    await kept.close()
  }
  const folders = await listMeasurements(run)
  const found = await Promise.all(folders.map((folder) => readMeasurements(folder)))
  expect(found.map((each) => each?.model.step)).toEqual([5, 20, 999_999, 1_000_000])
  expect(await listMeasurements(join(run, 'none'))).toEqual([])
})

test('a folder that goes away while it is read holds nothing, and is no failure', async () => {
  for (let times = 0; times < 20; times++) {
    const folder = temporaryFolder()
    const kept = await KeptTask.open(folder, keeping, problems)
    await kept.add(outcome(0, true)) // and killed: its questions would be counted
    const reading = readMeasurements(folder)
    await rm(folder, { recursive: true })
    await expect(reading).resolves.toSatisfy((found) => found === null || found instanceof Object)
    await kept.close().catch(() => undefined)
    expect(await readMeasurements(folder)).toBeNull()
  }
})

test('files that are none of ours are passed over', async () => {
  const folder = temporaryFolder()
  expect(await readMeasurements(folder)).toBeNull()
  const kept = await KeptTask.open(folder, keeping, problems)
  await kept.add(outcome(0, true))
  await kept.close()
  writeFileSync(join(folder, 'MMLU.float32.json'), '{"task": "MMLU"}')
  appendFileSync(join(folder, 'GSM8K.float32.jsonl'), 'not JSON\n{"row":-1}\n')
  expect((await readMeasurements(folder))?.scores).toHaveLength(1)
  expect((await keptQuestions(folder, keeping)).size).toBe(1)
  writeFileSync(join(folder, 'model.json'), 'not JSON')
  expect(await readMeasurements(folder)).toBeNull()
})

test('a folder that cannot be written is said', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const failure = await failureOf(() => KeptTask.open(join(file, 'in'), keeping, problems))
  expect(failure).toMatchObject({ code: 'measurements.write' })
  expect(failure.message).toContain('GSM8K.float32.jsonl')
  expect(readFileSync(file, 'utf8')).toBe('')
})
