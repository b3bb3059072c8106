import { describe, expect, it } from 'vitest'

import type { KeptModel, MeasuredScore } from '../../../../src-renderer/api/types'
import {
  accuracyText,
  answeredText,
  coresOf,
  intervalText,
  probabilities,
  scoresOfCheckpoint,
  scoresOfModel,
  scoresOfRun,
} from '../../../../src-renderer/measuring/scores'

const identity = 'a'.repeat(32)

function score(change: Partial<MeasuredScore> = {}): MeasuredScore {
  return {
    task: 'GSM8K',
    dtype: 'float32',
    right: 3,
    total: 10,
    problems: 10,
    baseline: 0,
    begun_at: 1,
    ended_at: 2,
    seconds: 1,
    tensorflow: '2.21.0',
    isolation: null,
    ...change,
  }
}

function byFiles(change: Partial<KeptModel['model']>, ...scores: MeasuredScore[]): KeptModel {
  const model = { identity, dir: '/d3', step: 5, runId: null, ...change }
  return { key: { of: 'checkpoint', identity: model.identity ?? identity }, model, scores }
}

function byRun(runId: string, step: number, ...scores: MeasuredScore[]): KeptModel {
  return { key: { of: 'run', runId, step }, model: { identity: null, dir: null, step, runId }, scores }
}

describe('the scores of a checkpoint', () => {
  it('are those of its files, wherever they lay, and those that its run made at its step', () => {
    const kept = [
      byFiles({}, score({ task: 'MMLU', baseline: 0.25 })),
      byFiles({ identity: 'b'.repeat(32) }, score({ task: 'HumanEval' })),
      byRun('run', 5, score()),
      byRun('run', 6, score({ task: 'SpellingBee' })),
      byRun('other', 5, score({ task: 'SpellingBee' })),
    ]
    const found = scoresOfCheckpoint(kept, { identity, runId: 'run', step: 5 })
    expect(found.map(({ task, key }) => [task, key.of])).toEqual([
      ['MMLU', 'checkpoint'],
      ['GSM8K', 'run'],
    ])
    expect(scoresOfCheckpoint(kept, { identity: null, runId: null, step: 5 })).toEqual([])
  })

  it('have one for each task: of most answers, then the latest; none without an answer', () => {
    const kept = [
      byFiles(
        {},
        score({ total: 10, right: 1 }),
        score({ dtype: 'bfloat16', total: 12, right: 2, begun_at: 0 }),
      ),
      byRun('run', 5, score({ total: 12, right: 3 }), score({ task: 'MMLU', total: 0 })),
    ]
    const found = scoresOfCheckpoint(kept, { identity, runId: 'run', step: 5 })
    expect(found.map(({ task, right }) => [task, right])).toEqual([['GSM8K', 3]])
  })
})

describe('the scores of a run', () => {
  it('come by step, with those of its checkpoints and of its result', () => {
    const kept = [
      byRun('run', 20, score()),
      byFiles({ runId: 'run', step: 10 }, score({ right: 1 })),
      byFiles({ runId: 'other', step: 15 }, score()),
    ]
    expect(scoresOfRun(kept, 'run').map(({ step, scores }) => [step, scores[0]?.right])).toEqual([
      [10, 1],
      [20, 3],
    ])
  })
})

describe('a score in words', () => {
  it('is an accuracy with its interval and what it is of', () => {
    const [shown] = scoresOfCheckpoint([byFiles({}, score({ problems: 1319 }))], { identity, runId: null, step: 5 }) // prettier-ignore
    if (shown === undefined) throw new Error('it is measured')
    expect(accuracyText(shown)).toBe('30.0 %')
    expect(intervalText(shown)).toBe('10.8–60.3')
    expect(answeredText(shown)).toBe('3 / 10 of 1,319')
    expect(answeredText(score())).toBe('3 / 10')
    expect(coresOf([shown])).toEqual({ chatcore: 0.3, chatcore_cat: null })
    expect(accuracyText({ accuracy: null })).toBe('–')
    expect(intervalText({ accuracy: 0, low: 0, high: 0.5615 })).toBe('0.0–56.1')
  })
})

describe('probabilities', () => {
  it('are the softmax of the logits', () => {
    const [a = 0, b = 0, c = 0] = probabilities([1000, 1000, 999])
    expect(a).toBe(b)
    expect(a / c).toBeCloseTo(Math.E)
    expect(a + b + c).toBeCloseTo(1)
  })
})

describe('the scores of a model that is asked', () => {
  const save = { identity, runId: 'run', step: 5 }
  const of = (kept: KeptModel[], model = save): [number, string[]] => {
    const { step, scores } = scoresOfModel(kept, model)
    return [step, scores.map(({ task }) => task)]
  }

  it('are its own, else those that its run made last before it was saved', () => {
    const onTheWay = [byRun('run', 2, score()), byRun('run', 4, score()), byRun('run', 6, score())]
    expect(of([...onTheWay, byFiles({}, score({ task: 'MMLU' }))])).toEqual([5, ['MMLU']])
    expect(of(onTheWay)).toEqual([4, ['GSM8K']])
    expect(of(onTheWay.slice(2))).toEqual([5, []])
  })

  it('are never those of a run for a checkpoint of none', () => {
    expect(scoresOfModel([byRun('run', 2, score())], { ...save, runId: null })).toEqual({
      step: 5,
      scores: [],
    })
  })
})
