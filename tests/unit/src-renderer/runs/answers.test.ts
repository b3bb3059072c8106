import { expect, it } from 'vitest'
import { answersTo, promptsOf } from '../../../../src-renderer/runs/answers'
import type { SampleMetric } from '../../../../src-renderer/api/types'

const sample = (step: number, answers: Record<string, string>, cut = false): SampleMetric => ({
  step,
  seconds: 1,
  answers: Object.entries(answers).map(([prompt, answer]) => ({ prompt, answer, cut })),
})

it('compares each answer with the one before it, the newest first', () => {
  const samples = [
    sample(0, { spell: 'the the the' }, true),
    sample(10, { spell: 'the letters are: c, t' }),
    sample(20, { spell: 'the letters are: c, a, t' }),
  ]
  expect(answersTo('spell', samples)).toEqual([
    {
      step: 20,
      since: 20,
      cut: false,
      dropped: 0,
      parts: { start: 'the letters are: c, ', changed: 'a, ', end: 't' },
    },
    {
      step: 10,
      since: 10,
      cut: false,
      dropped: 0,
      parts: { start: 'the ', changed: 'letters are: c, t', end: '' },
    },
    { step: 0, since: 0, cut: true, dropped: 0, parts: { start: 'the the the', changed: '', end: '' } },
  ])
})

it('says how much of the prompt the model was not given', () => {
  const answers = [{ prompt: 'long', answer: 'x', cut: false, dropped: 7 }]
  expect(answersTo('long', [{ step: 0, seconds: 1, answers }])[0]?.dropped).toBe(7)
})

it('puts steps in a row with the same answer together', () => {
  const samples = [0, 10, 20, 30].map((step) => sample(step, { a: step < 30 ? 'same' : 'other' }))
  expect(answersTo('a', samples).map(({ since, step }) => [since, step])).toEqual([
    [30, 30],
    [0, 20],
  ])
})

it('lists the prompts of the last answers first, and passes over steps at which one was not asked', () => {
  const samples = [sample(0, { old: 'x', kept: 'y' }), sample(10, { kept: 'y', new: 'z' })]
  expect(promptsOf(samples)).toEqual(['kept', 'new', 'old'])
  expect(answersTo('old', samples)).toHaveLength(1)
  expect(answersTo('none', samples)).toEqual([])
})
