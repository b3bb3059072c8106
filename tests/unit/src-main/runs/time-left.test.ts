import { expect, test } from 'vitest'

import { TimeLeft } from '../../../../src-main/runs/time-left'
import { sampleStep } from '../../../support/run-samples'

function after(steps: { step: number; progress: number }[]): TimeLeft {
  const left = new TimeLeft()
  for (const step of steps) left.add({ ...sampleStep(step.step), dt_ms: 2000, progress: step.progress })
  return left
}

test('nothing is known before the first step', () => {
  expect(new TimeLeft().seconds(100)).toBeNull()
})

test('planned steps take as long as the last ones', () => {
  expect(after([{ step: 10, progress: 0.1 }]).seconds(100)).toBeCloseTo(180, 9)
})

test('an epoch is measured by its progress', () => {
  const half = after([
    { step: 1, progress: 0.05 },
    { step: 10, progress: 0.5 },
  ])
  expect(half.seconds(null)).toBeCloseTo(20, 9)
  expect(after([{ step: 1, progress: 0.05 }]).seconds(null)).toBeNull()
})

test('a resumed run counts from where it was resumed', () => {
  const resumed = after([
    { step: 50, progress: 0.5 },
    { step: 60, progress: 0.6 },
  ])
  expect(resumed.seconds(null)).toBeCloseTo(80, 9)
})
