import { expect, test } from 'vitest'

import { optionChanges, RESUME_RULES, requireSameOptions } from '../../../../src-main/engine/resume-rules'
import { runConfig } from '../../../../src-main/runs/config.schema'
import { failureOf } from '../../../support/failure'
import { goldenConfig } from '../../../support/golden-run'

const then = goldenConfig({ buffer_size: 100 })

test('every option has a rule', () => {
  expect(Object.keys(RESUME_RULES).sort()).toEqual(runConfig.keyof().options.sort())
})

test('the same options are no change', () => {
  expect(optionChanges(then, structuredClone(then))).toEqual({ refused: [], allowed: [] })
  expect(() => {
    requireSameOptions(then, structuredClone(then))
  }).not.toThrow()
})

test('each option that makes another run is refused with what it was and what it is', async () => {
  const now = { ...then, buffer_size: 50, embedding_lr: 0.3, num_iterations: 9, model_tag: 'd3' }
  const failure = await failureOf(() => {
    requireSameOptions(then, now)
  })
  expect(failure).toMatchObject({
    code: 'run.options-changed',
    issues: [
      { path: 'model_tag', message: 'is "d3"; the run began with null' },
      { path: 'num_iterations', message: 'is 9; the run began with -1' },
      { path: 'buffer_size', message: 'is 50; the run began with 100' },
      { path: 'embedding_lr', message: 'is 0.3; the run began with 0.2' },
    ],
  })
  expect(failure.message).toContain('model_tag, num_iterations, buffer_size, embedding_lr')
  expect(failure.remedy).toContain('start a new run')
})

test('options that change no step may be others', () => {
  const now = { ...then, run: 'renamed', save_every: 7, eval_every: 3, base_dir: '/moved' }
  expect(optionChanges(then, now)).toEqual({
    refused: [],
    allowed: ['run', 'base_dir', 'eval_every', 'save_every'],
  })
})

test('of the mixture each value that is another one is named; where its files lie may change', () => {
  const spelling = { task: 'SimpleSpelling', split: 'train', size: 20 } as const
  const chats = { task: 'CustomJSON', filepath: '/data/chats.jsonl' } as const
  const began = { ...then, mixture: { train: [spelling, chats], val: [] } }
  const moved = { ...chats, filepath: '/elsewhere/chats.jsonl' }
  expect(optionChanges(began, { ...began, mixture: { train: [spelling, moved], val: [] } })).toEqual({
    refused: [],
    allowed: ['mixture'],
  })
  const now = { train: [{ ...spelling, size: 30, stop: 5 }], val: [chats] }
  expect(optionChanges(began, { ...began, mixture: now }).refused).toEqual([
    { path: 'mixture.train.0.size', message: 'is 30; the run began with 20' },
    { path: 'mixture.train.0.stop', message: 'is 5; the run began without it' },
    {
      path: 'mixture.train.1',
      message: 'is not there; the run began with {"task":"CustomJSON","filepath":"/data/chats.jsonl"}',
    },
    {
      path: 'mixture.val.0',
      message: 'is {"task":"CustomJSON","filepath":"/data/chats.jsonl"}; the run began without it',
    },
  ])
})
