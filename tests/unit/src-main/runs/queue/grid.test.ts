import { expect, test } from 'vitest'

import { gridRuns, withOwnTags } from '../../../../../src-main/runs/queue/grid'
import { failureOf } from '../../../../support/failure'
import { sampleConfig } from '../../../../support/run-samples'

const config = sampleConfig()

test('is every combination, the last option first, each with a name that says its values', () => {
  const runs = gridRuns('d4', config, [
    { option: 'matrix_lr', values: [0.01, 0.02] },
    { option: 'packing', values: ['bestfit-crop', 'bestfit-pad'] },
  ])
  expect(runs.map(({ name }) => name)).toEqual([
    'd4 matrix_lr=0.01 packing=bestfit-crop',
    'd4 matrix_lr=0.01 packing=bestfit-pad',
    'd4 matrix_lr=0.02 packing=bestfit-crop',
    'd4 matrix_lr=0.02 packing=bestfit-pad',
  ])
  expect(runs[1]?.config).toEqual({ ...config, matrix_lr: 0.01, packing: 'bestfit-pad' })
  expect(gridRuns('d4', config, [])).toEqual([{ name: 'd4', config }])
})

test('refuses values that an option does not take, unknown options, and too many runs', async () => {
  const of = (option: string, values: unknown[]) =>
    failureOf(() => gridRuns('d4', config, [{ option, values }]))
  expect(await of('matrix_lr', [0.01, -1])).toMatchObject({
    code: 'queue.values',
    issues: [{ path: 'matrix_lr' }],
  })
  expect((await of('matrix_rl', [1])).code).toBe('queue.values')
  expect(
    (
      await of(
        'seed',
        Array.from({ length: 201 }, (_, i) => i),
      )
    ).code,
  ).toBe('queue.many')
})

test('gives each result a folder of its own', () => {
  const tagged = { ...config, base_dir: '/base', output_tag: 'x' }
  const runs = gridRuns('d4', tagged, [{ option: 'seed', values: [1, 2, 3] }])
  const tags = (of: typeof runs) => of.map((run) => run.config.output_tag)
  expect(tags(withOwnTags(runs, []))).toEqual(['x', 'x-2', 'x-3'])
  expect(tags(withOwnTags(runs, [tagged]))).toEqual(['x-2', 'x-3', 'x-4'])
  const elsewhere = { ...tagged, base_dir: '/other' }
  expect(tags(withOwnTags(runs, [elsewhere]))).toEqual(['x', 'x-2', 'x-3'])
  const free = runs.map((run) => ({ ...run, config: { ...run.config, output_tag: null } }))
  expect(withOwnTags(free, [tagged])).toEqual(free)
  const dry = runs.map((run) => ({ ...run, config: { ...run.config, dry_run: true } }))
  expect(withOwnTags(dry, [tagged])).toEqual(dry)
})
