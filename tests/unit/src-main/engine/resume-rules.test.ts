import { describe, expect, test } from 'vitest'

import { initialState } from '../../../../src-main/engine/loop-state'
import {
  changesText,
  continuedState,
  optionChanges,
  RESUME_RULES,
  requireSameOptions,
} from '../../../../src-main/engine/resume-rules'
import { runConfig } from '../../../../src-main/config/config.schema'
import { failureOf } from '../../../support/failure'
import { goldenConfig } from '../../../support/golden-run'

const then = goldenConfig({ buffer_size: 100 })

test('every option has a rule', () => {
  expect(Object.keys(RESUME_RULES).sort()).toEqual(runConfig.keyof().options.sort())
})

test('the same options are no change', () => {
  expect(optionChanges(then, structuredClone(then), 3)).toEqual({ refused: [], allowed: [] })
  expect(() => {
    requireSameOptions(then, structuredClone(then), 3)
  }).not.toThrow()
})

test('each option that makes another run is refused with what it was and what it is', async () => {
  const now = { ...then, buffer_size: 50, embedding_lr: 0.3, num_iterations: 9, model_tag: 'd3' }
  const failure = await failureOf(() => {
    requireSameOptions(then, now, 3)
  })
  expect(failure).toMatchObject({
    code: 'run.options-changed',
    issues: [
      { path: 'model_tag', message: 'is "d3"; the run began with null' },
      {
        path: 'num_iterations',
        message: 'is 9; the run began with -1, where -1 is one epoch, and each gives other learning rates',
      },
      { path: 'buffer_size', message: 'is 50; the run began with 100' },
      { path: 'embedding_lr', message: 'is 0.3; the run began with 0.2' },
    ],
  })
  expect(failure.message).toContain('model_tag, num_iterations, buffer_size, embedding_lr')
  expect(failure.remedy).toContain('branch off the run')
})

test('options that change no step may be others', () => {
  const now = { ...then, run: 'renamed', save_every: 7, eval_every: 3, base_dir: '/moved' }
  expect(optionChanges(then, now, 3)).toEqual({
    refused: [],
    allowed: ['run', 'base_dir', 'eval_every', 'save_every'],
  })
})

test('another number of ranks is refused, and how to branch with it is said', () => {
  const began = goldenConfig({ engine: 'graph', world_size: 2, total_batch_size: 2 * 4 * 256 })
  expect(optionChanges(began, { ...began, world_size: 3 }, 7).refused).toEqual([
    {
      path: 'world_size',
      message: 'is 3; the run began with 2 ranks, each of which has read its own share of the data',
      hint: 'Branch it, and the ranks share out what is left: runs branch ID --step 7 --set world_size=3',
    },
  ])
})

test('the same conversations stay excluded, in whatever order they are listed', async () => {
  const began = goldenConfig({ exclude: [[0, 5], [2, 1]] }) // prettier-ignore
  const turned = { ...began, exclude: began.exclude.toReversed() }
  expect(optionChanges(began, turned, 3)).toEqual({ refused: [], allowed: ['exclude'] })
  const failure = await failureOf(() => {
    requireSameOptions(began, { ...began, exclude: [[0, 5]] }, 3)
  })
  expect(failure.issues).toEqual([
    {
      path: 'exclude',
      message:
        'is [[0,5]]; the run began with 2 conversations excluded, and the loader counts those that are left',
    },
  ])
})

test('of the mixture each value that is another one is named; where its files lie may change', () => {
  const spelling = { task: 'SimpleSpelling', split: 'train', size: 20 } as const
  const chats = { task: 'CustomJSON', filepath: '/data/chats.jsonl' } as const
  const began = { ...then, mixture: { train: [spelling, chats], val: [] } }
  const moved = { ...chats, filepath: '/elsewhere/chats.jsonl' }
  expect(optionChanges(began, { ...began, mixture: { train: [spelling, moved], val: [] } }, 3)).toEqual({
    refused: [],
    allowed: ['mixture'],
  })
  const now = { train: [{ ...spelling, size: 30, stop: 5 }], val: [chats] }
  expect(optionChanges(began, { ...began, mixture: now }, 3).refused).toEqual([
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

describe('rows a micro-batch', () => {
  const began = goldenConfig({ device_batch_size: 6, total_batch_size: 6 * 256 })
  const refused = (device_batch_size: number): string | undefined =>
    optionChanges(began, { ...began, device_batch_size }, 3).refused[0]?.message

  test.each([3, 2, 1])('may be lowered to %i of 6', (rows) => {
    expect(refused(rows)).toBeUndefined()
  })

  test.each([4, 5, 12])('may not become %i', (rows) => {
    expect(refused(rows)).toBe(
      `is ${String(rows)}; the run goes on with 6, or with fewer rows that divide it`,
    )
  })

  test('count the batches of the state anew', () => {
    const loader = { cursor: 9, epoch: 1, consumed: 7, buffer: [3], batches: 4 }
    const now = { ...began, device_batch_size: 2 }
    expect(continuedState({ ...initialState, step: 4, loader }, began, now)).toMatchObject({
      step: 4,
      progress: 0,
      loader: { ...loader, batches: 12 },
    })
    expect(changesText(began, now)).toBe('device_batch_size 2 in place of 6')
  })
})

describe('steps', () => {
  const began = goldenConfig({ num_iterations: 20 })
  const refused = (num_iterations: number, step: number): string | undefined =>
    optionChanges(began, { ...began, num_iterations }, step).refused[0]?.message

  test('may be others before the learning rates fall, and progress is counted in them', () => {
    expect(refused(40, 16)).toBeUndefined()
    expect(refused(10, 8)).toBeUndefined()
    const now = { ...began, num_iterations: 40 }
    expect(continuedState({ ...initialState, step: 10, progress: 0.5 }, began, now)).toMatchObject({
      progress: 0.25,
    })
  })

  test.each([
    [40, 17, 'is 40; the run began with 20, and after step 17 its learning rates fall already'],
    [40, 20, 'is 40; the run began with 20, and after step 20 its learning rates fall already'],
    [10, 9, 'is 10; the run began with 20, and its learning rates would have begun to fall before step 9'],
    [10, 10, 'is 10; the run has made 10 steps already'],
    [-1, 3, 'is -1; the run began with 20, where -1 is one epoch, and each gives other learning rates'],
  ])('may not be %i after step %i', (steps, step, message) => {
    expect(refused(steps, step)).toBe(message)
  })
})

test('the recipe, its warm start and its schedule make another run; a warmup ties the number of steps', () => {
  const began = goldenConfig({ num_iterations: 20, recipe: 'sft' })
  const changed = {
    ...began,
    ...{ recipe: 'mid' as const, load_optimizer: true },
    ...{ warmup_ratio: 0.1, warmdown_ratio: 0.4, final_lr_frac: 0.1 },
  }
  expect(optionChanges(began, changed, 3).refused.map(({ path }) => path)).toEqual([
    'recipe',
    'load_optimizer',
    'warmup_ratio',
    'warmdown_ratio',
    'final_lr_frac',
  ])
  const warming = { ...began, warmup_ratio: 0.1 }
  const longer = { ...warming, num_iterations: 40 }
  expect(optionChanges(began, { ...began, num_iterations: 40 }, 3).refused).toEqual([])
  expect(optionChanges(warming, longer, 3).refused[0]?.message).toContain('rose over a share of that number')
  expect(optionChanges(warming, longer, 0).refused).toEqual([])
})
