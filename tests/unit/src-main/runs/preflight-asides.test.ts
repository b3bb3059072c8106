import { expect, test } from 'vitest'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import { lackingTasks } from '../../../../src-main/runs/lacking-tasks'
import { asideFindings } from '../../../../src-main/runs/preflight-asides'
import { tinyConfig } from '../../../support/checkpoints'
import { goldenLocations, goldenMixture } from '../../../support/golden-mixture'
import { sampleConfig } from '../../../support/run-samples'

const findings = (
  options: Partial<RunConfig>,
  known: Partial<Parameters<typeof asideFindings>[1]> = {},
): unknown[] =>
  asideFindings({ ...sampleConfig(), ...options }, { lacking: null, model: null, ...known }).map(
    ({ level, path, message }) => [level, path, message],
  )

test('a run that asks nothing, or never, gets no finding', () => {
  expect(findings({})).toEqual([])
  expect(findings({ sample_every: -1, measure_every: -1 })).toEqual([])
  expect(findings({ sample_prompts: ['Hello'], sample_every: -1 })).toEqual([])
})

test('it is said when prompts are answered, and that there are none where a number of steps is given', () => {
  expect(findings({ sample_prompts: ['a', 'b'], eval_every: 50 })).toEqual([
    [
      'ok',
      'sample_prompts',
      '2 prompts are answered at the start, every 50 steps and at the end, with up to 256 tokens each.',
    ],
  ])
  expect(findings({ sample_prompts: ['a'], eval_every: -1 })).toEqual([
    ['ok', 'sample_prompts', 'One prompt is answered at the end, with up to 256 tokens each.'],
  ])
  expect(findings({ sample_every: 10 })).toEqual([['warn', 'sample_every', 'There is no prompt to answer.']])
})

test('a prompt that may be longer than the model reads is warned of, and one that cannot be is not', () => {
  const model = { ...tinyConfig, sequence_len: 32 } // reads 320 tokens, half of which an answer may take
  const warned = (bytes: number): unknown[] =>
    findings({ sample_prompts: ['Hi', 'a'.repeat(bytes)] }, { model }).filter(
      (finding) => Array.isArray(finding) && finding[0] === 'warn',
    )
  expect(warned(156)).toEqual([])
  expect(warned(157)).toEqual([
    ['warn', 'sample_prompts', expect.stringMatching(/of 157 bytes may be longer than the 160 tokens that/)],
  ])
  expect(findings({ sample_prompts: ['a'.repeat(9999)] })).toHaveLength(1)
})

test('the cost of measuring is said in words', () => {
  const tasks: RunConfig['measure_tasks'] = ['MMLU', 'SpellingBee']
  expect(findings({ measure_every: 1, measure_tasks: tasks, measure_max_problems: -1 })).toEqual([
    [
      'ok',
      'measure_tasks',
      'The model is measured at the start, every 1 step and at the end, by all problems of MMLU, SpellingBee. Those of SpellingBee are answered in words, of up to 512 tokens each.',
    ],
  ])
  expect(findings({ measure_every: 10 })).toEqual([
    ['warn', 'measure_every', 'There is no task to measure by.'],
  ])
  expect(findings({ measure_tasks: ['MMLU'] })).toEqual([
    ['ok', 'measure_tasks', expect.stringMatching(/up to 64 problems of MMLU\.$/)],
  ])
})

test('HumanEval is warned of, and a task without data will be left out', () => {
  const lacking = [{ task: 'ARC-Easy' as const, label: 'allenai/ai2_arc, ARC-Easy test' }]
  const found = findings({ measure_tasks: ['ARC-Easy', 'HumanEval'] }, { lacking })
  expect(found.slice(0, 2)).toEqual([
    [
      'warn',
      'measure_tasks',
      'ARC-Easy will not be measured: allenai/ai2_arc, ARC-Easy test is not on this machine.',
    ],
    ['warn', 'measure_tasks', 'HumanEval runs Python that the model writes, on this machine.'],
  ])
  expect(findings({ measure_tasks: ['ARC-Easy'] }, { lacking })).toHaveLength(1)
})

test('tasks that lack their data are found, and those whose files the validation mixture names are not', async () => {
  const config = { ...sampleConfig(), mixture: goldenMixture }
  const tasks: RunConfig['measure_tasks'] = ['HumanEval', 'MMLU', 'SpellingBee']
  const found = await lackingTasks({ ...config, measure_tasks: tasks }, await goldenLocations())
  expect(found).toMatchObject([{ task: 'HumanEval' }])
})
