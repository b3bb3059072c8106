import { beforeAll, describe, expect, it } from 'vitest'

import type { TaskContext } from '../../../../src-main/data/locations'
import type { MixtureEntry } from '../../../../src-main/data/mixture.schema'
import type { MeasuredTask } from '../../../../src-main/evaluation/measured-names.schema'
import { measuredEntry } from '../../../../src-main/evaluation/measured-tasks'
import { isRight, readProblems, type Problem } from '../../../../src-main/evaluation/problems'
import { failureOf } from '../../../support/failure'
import { goldenLocations, goldenMixture } from '../../../support/golden-mixture'
import { goldenTalk } from '../../../support/golden-talk'

let context: TaskContext
beforeAll(async () => {
  context = {
    ...(await goldenLocations()),
    signal: undefined,
    download: false,
    onProgress: () => undefined,
    onDamage: () => undefined,
  }
})

const read = (name: MeasuredTask, most: number | null = null): Promise<Problem[]> =>
  readProblems(measuredEntry(name, goldenMixture.val), most, context)

describe('problems', () => {
  it('judge answers as the reference does', async () => {
    const problems = new Map<string, Problem[]>()
    for (const { task } of goldenTalk.evaluate) {
      if (!problems.has(task)) problems.set(task, await read(task as MeasuredTask)) // the file names measured tasks
    }
    const judged = goldenTalk.evaluate.map(({ task, row, completion }) => {
      const problem = problems.get(task)?.[row]
      return problem !== undefined && isRight(problem, completion)
    })
    expect(judged).toEqual(goldenTalk.evaluate.map(({ right }) => right))
  })

  it('of a multiple choice have its letters, in the order of the shuffled rows', async () => {
    const problems = await read('MMLU')
    const categorical = goldenTalk.categorical.map(({ row, letters, answer, right }) => {
      const problem = problems[row]
      expect(problem).toMatchObject({ by: 'letter', letters })
      return problem !== undefined && isRight(problem, answer) === right
    })
    expect(categorical).not.toContain(false)
  })

  it('are the first ones where not all are wanted', async () => {
    const [all, few] = [await read('GSM8K'), await read('GSM8K', 3)]
    expect(few).toEqual(all.slice(0, 3))
    expect(await read('SpellingBee', 2)).toHaveLength(2)
  })

  it('of a task that is on no disk say where they were looked for', async () => {
    const failure = await failureOf(() => read('HumanEval'))
    expect(failure.code).toBe('data.missing')
    expect(failure.message).toContain('openai_humaneval')
  })

  it('are not to be had of a task without right answers', async () => {
    const chats: MixtureEntry = { task: 'SmolTalk', split: 'test' }
    await expect(readProblems(chats, null, context)).rejects.toThrow('no right answers')
  })
})
