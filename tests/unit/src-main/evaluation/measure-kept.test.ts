/** Measuring that is kept, over a model whose answers are known. */
import { expect, test } from 'vitest'

import { keptQuestions, readMeasurements } from '../../../../src-main/evaluation/kept-measurements'
import type { AnsweringModel } from '../../../../src-main/evaluation/measure'
import { measureKept } from '../../../../src-main/evaluation/measure-kept'
import type { Problem } from '../../../../src-main/evaluation/problems'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { goldenTokenizerDir } from '../../../support/golden-mixture'
import { temporaryFolder } from '../../../support/temporary-folder'

const keeping = {
  model: { identity: 'ab12', dir: '/models/d3', step: 3, runId: null },
  task: 'SpellingBee' as const,
  dtype: 'float32' as const,
  tensorflow: '2.21.0',
  isolation: null,
}

const problems = Array.from({ length: 4 }, (_, row): Problem => {
  const messages: Problem['conversation']['messages'] = [
    { role: 'user', content: `How many? ${String(row)}` },
    { role: 'assistant', content: `#### ${String(row % 2)}` },
  ]
  return { conversation: { messages }, by: 'number' }
})

test('a measuring that was stopped asks only what it had not asked, and keeps every answer', async () => {
  const tokenizer = await loadTokenizer(goldenTokenizerDir)
  const folder = temporaryFolder()
  const stop = new AbortController()
  const prompts: string[] = []
  const model: AnsweringModel = {
    letterLogits: () => Promise.reject(new Error('no letters are asked for')),
    async *answers(asked) {
      for (const [prompt, ids] of asked.entries()) {
        prompts.push(tokenizer.decode(ids))
        yield await Promise.resolve({ prompt, ids: [...tokenizer.encodeOrdinary('so #### 1')] })
      }
    },
  }
  const asking = { tokenizer, judge: null, folder, keeping, signal: stop.signal }
  const totals: number[] = []
  const stopped = measureKept(problems, model, {
    ...asking,
    onScore: ({ total }) => {
      totals.push(total)
      if (total === 2) stop.abort()
    },
  })
  await expect(stopped).rejects.toThrow('abort')
  expect(totals).toEqual([0, 1, 2])
  const [score] = (await readMeasurements(folder))?.scores ?? []
  expect(score).toMatchObject({ right: 1, total: 2, problems: 4 })
  expect(score?.ended_at).not.toBeNull()

  const whole = await measureKept(problems, model, { ...asking, signal: undefined })
  expect(whole).toMatchObject({ right: 2, total: 4, problems: 4 })
  expect(prompts.map((prompt) => /How many\? (\d)/.exec(prompt)?.[1])).toEqual(['0', '1', '2', '3'])
  const questions = await keptQuestions(folder, keeping)
  expect(questions.get(3)).toMatchObject({ right: true, answer: '1', completion: 'so #### 1' })
})
