import { join } from 'node:path'
import { expect, test } from 'vitest'

import { optionsSet, withOptionsSet } from '../../../../src-main/cli/set-options'
import { failureOf } from '../../../support/failure'
import { sampleConfig } from '../../../support/run-samples'

const setting = (...set: string[]) => withOptionsSet(sampleConfig(), optionsSet({ set }))

test('values are JSON, or a text where they are none; the last of a name counts', () => {
  const set = [
    'num_iterations=9',
    'num_iterations=7',
    'optimizer=2026-07',
    'exclude=[[0,3]]',
    'output_tag="8"',
  ]
  expect(setting(...set)).toMatchObject({
    ...{ num_iterations: 7, optimizer: '2026-07', exclude: [[0, 3]], output_tag: '8' },
    mixture: sampleConfig().mixture,
  })
})

test('paths start where the person stands', () => {
  expect(setting('base_dir=mine').base_dir).toBe(join(process.cwd(), 'mine'))
})

test('what is no option, no value of it or no pair is refused by name', async () => {
  const issuesOf = async (set: string) => (await failureOf(() => setting(set))).issues
  expect(await issuesOf('num_iteration=9')).toMatchObject([
    { path: 'num_iteration', hint: expect.stringContaining('num_iterations') },
  ])
  expect(await issuesOf('num_iterations=many')).toMatchObject([{ path: 'num_iterations' }])
  for (const wrong of ['seed', '=3']) {
    expect(await failureOf(() => setting(wrong))).toMatchObject({ code: 'usage' })
  }
})
