import { expect, test } from 'vitest'

import { TimeLeft } from '../../../../src-main/runs/time-left'
import { sampleStep } from '../../../support/run-samples'

test('nothing is known before the first step, nor without a plan', () => {
  const left = new TimeLeft()
  expect(left.seconds(100)).toBeNull()
  left.add(sampleStep(1))
  expect(left.seconds(null)).toBeNull()
})

test('planned steps take as long as the last ones', () => {
  const left = new TimeLeft()
  for (let step = 1; step <= 10; step++) left.add({ ...sampleStep(step), dt_ms: 2000 })
  expect(left.seconds(100)).toBeCloseTo(180, 9)
  for (let step = 11; step <= 60; step++) left.add({ ...sampleStep(step), dt_ms: 1000 })
  expect(left.seconds(100)).toBeGreaterThan(40)
  expect(left.seconds(100)).toBeLessThan(41)
  expect(left.seconds(60)).toBe(0)
})
