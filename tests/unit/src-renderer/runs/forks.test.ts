import { expect, test } from 'vitest'

import { forkBefore, forksOf, makerOf } from '../../../../src-renderer/runs/forks'

const run = { step: 70, checkpoints: [50, 60], parent: null }

test('a run can be branched off at what it keeps, the last first, and at its beginning', () => {
  expect(forksOf(run)).toEqual([
    { step: 60, title: 'After step 60', about: '10 steps before its last' },
    { step: 50, title: 'After step 50', about: '20 steps before its last' },
    { step: 0, title: 'Its beginning', about: 'step 0, with the base checkpoint' },
  ])
  expect(forksOf({ ...run, step: 60, checkpoints: [60] })[0]).toMatchObject({ about: 'its last step' })
})

test('a branch can be branched off where it began too, whether or not it saved anything there', () => {
  const branch = { step: 70, parent: { id: 'p', name: 'parent', step: 50, changes: [] } }
  for (const checkpoints of [[60], [50, 60]]) {
    expect(forksOf({ ...branch, checkpoints })).toEqual([
      { step: 60, title: 'After step 60', about: '10 steps before its last' },
      { step: 50, title: 'Its beginning', about: 'after step 50 of parent' },
      { step: 0, title: 'The base checkpoint', about: 'step 0' },
    ])
  }
  expect([50, 51, 60, 61].map((step) => forkBefore(step, { ...branch, checkpoints: [60] }))).toEqual([
    0, 50, 50, 60,
  ])
})

test('a step is made again from the last checkpoint before it, else from the beginning', () => {
  expect([40, 50, 51, 60, 61, 70].map((step) => forkBefore(step, run))).toEqual([0, 0, 50, 50, 60, 60])
  expect(forkBefore(5, { ...run, checkpoints: [] })).toBe(0)
})

test('the steps of a branch up to the fork are those of the run that made them', () => {
  const parent = { id: 'p', name: 'parent', step: 3, changes: [] }
  const grandparent = { id: 'g', name: 'grandparent', step: 1, changes: [] }
  const [first, second, third] = [
    { id: 'g', parent: null },
    { id: 'p', parent: grandparent },
    { id: 'b', parent },
  ] as const
  const runs = [first, second, third]
  expect([1, 2, 3, 4].map((step) => makerOf(step, third, runs))).toEqual(['g', 'p', 'p', 'b'])
  expect(makerOf(1, first, runs)).toBe('g')
  expect(makerOf(1, third, [third])).toBe('p') // the parent is gone
})
