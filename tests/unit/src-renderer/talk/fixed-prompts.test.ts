import { describe, expect, it } from 'vitest'

import { MOST_PROMPTS } from '../../../../src-main/contract/contract'
import {
  answeredWhen,
  changedPrompt,
  refusalOf,
  runsOf,
  withoutPrompt,
  withPrompt,
} from '../../../../src-renderer/talk/fixed-prompts'
import { sampleConfig } from '../runs/sample-run'
import { modelView } from './samples'

describe('a fixed prompt', () => {
  it('is refused where it stands already, or where there is no room', () => {
    expect(refusalOf(['a'], 'b')).toBeNull()
    expect(refusalOf(['a'], ' a ')).toContain('already')
    const full = Array.from({ length: MOST_PROMPTS }, (_, index) => String(index))
    expect(refusalOf(full.slice(1), 'b')).toBeNull()
    expect(refusalOf(full, 'b')).toContain(String(MOST_PROMPTS))
  })
  it('comes back to its place when it was removed', () => {
    expect(withPrompt(withoutPrompt(['a', 'b', 'c'], 1), 1, 'b')).toEqual(['a', 'b', 'c'])
  })
  it('is changed, but not into nothing or another one', () => {
    const prompts = ['a', 'b']
    expect(changedPrompt(prompts, 1, ' c\n')).toEqual(['a', 'c'])
    for (const text of [' ', 'a', 'b']) expect(changedPrompt(prompts, 1, text)).toBe(prompts)
  })
})

describe('when a run answers', () => {
  const when = (every: number | null, evaluated: number): string =>
    answeredWhen({ ...sampleConfig(), sample_prompts: ['a'], sample_every: every, eval_every: evaluated })
  it('is said in words', () => {
    expect(when(20, 150)).toBe(
      'A run answers them as well, at the start, every 20 steps and at the last step.',
    )
    expect(when(null, 150)).toContain('every 150 steps')
    expect(when(1, 150)).toContain('at every step')
    expect(when(null, -1)).toBe('A run answers them as well, at its last step.')
    expect(when(-1, 150)).toContain('sample_every is -1')
  })
})

it('finds the runs that saved what is asked, each once', () => {
  const run = modelView({ model: { of: 'run', runId: 'r' }, title: 'small', runId: 'r' })
  const save = modelView({ model: { of: 'checkpoint', dir: '/r', step: 10 }, title: 'd4-10', runId: 'r' })
  expect(runsOf([modelView(), null])).toEqual([])
  expect(runsOf([run, save])).toEqual([{ id: 'r', title: 'small' }])
})
