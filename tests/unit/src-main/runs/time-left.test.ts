import { expect, test } from 'vitest'

import { runConfig } from '../../../../src-main/config/config.schema'
import { pausesOf, TimeLeft } from '../../../../src-main/runs/time-left'

const NEVER = { eval: null, sample: null, measure: null }

function afterSteps(left: TimeLeft, from: number, to: number, dt_ms: number): void {
  for (let step = from; step <= to; step++) left.addStep({ step, dt_ms })
}

test('nothing is known before the first step, nor without a plan', () => {
  const left = new TimeLeft(NEVER)
  expect(left.seconds(100)).toBeNull()
  left.addStep({ step: 1, dt_ms: 300 })
  expect(left.seconds(null)).toBeNull()
  expect(left.seconds(101)).toBeCloseTo(30, 9)
})

test('planned steps take as long as the last ones, and one that was held up does not show', () => {
  const left = new TimeLeft(NEVER)
  afterSteps(left, 1, 10, 2000)
  expect(left.seconds(100)).toBeCloseTo(180, 9)
  afterSteps(left, 11, 60, 1000)
  expect(left.seconds(100)).toBeCloseTo(40, 9)
  left.addStep({ step: 61, dt_ms: 60_000 })
  expect(left.seconds(100)).toBeCloseTo(39, 9)
  expect(left.seconds(61)).toBe(0)
})

test('a step that compiled is no measure, at the start and after a resume', () => {
  const left = new TimeLeft(NEVER)
  left.compiled(5.7)
  left.compiled(0.3)
  left.addStep({ step: 1, dt_ms: 6300 })
  expect(left.seconds(201)).toBeNull()
  left.addStep({ step: 2, dt_ms: 600 })
  expect(left.seconds(202)).toBeCloseTo(120, 9)
})

test('evaluations to come are counted, without what the first one compiled', () => {
  const left = new TimeLeft({ ...NEVER, eval: { every: 50 } })
  left.compiled(4)
  left.add('eval', { seconds: 7 })
  afterSteps(left, 1, 40, 1000)
  expect(left.seconds(120)).toBeCloseTo(80 + 3 * 3, 9) // at 50, 100 and 120
  expect(left.seconds(100)).toBeCloseTo(60 + 2 * 3, 9)
  afterSteps(left, 41, 50, 1000)
  left.add('eval', { seconds: 5 })
  expect(left.seconds(120)).toBeCloseTo(70 + 2 * 5, 9)
  afterSteps(left, 51, 120, 1000)
  expect(left.seconds(120)).toBe(0)
  expect(new TimeLeft(NEVER).seconds(120)).toBeNull()
})

test('answers and measurements to come are counted like evaluations, and one that is only made at the end', () => {
  const left = new TimeLeft({ eval: { every: 50 }, sample: { every: 20 }, measure: { every: null } })
  left.add('eval', { seconds: 3 })
  left.add('sample', { seconds: 2 })
  afterSteps(left, 1, 40, 1000)
  expect(left.seconds(100)).toBeCloseTo(60 + 2 * 3 + 3 * 2, 9) // answers at 60, 80 and 100
  left.add('measure', { seconds: 30 }) // of a run before
  expect(left.seconds(100)).toBeCloseTo(60 + 2 * 3 + 3 * 2 + 30, 9)
})

test('a config says when each is made', () => {
  const mixture = { train: [{ task: 'SimpleSpelling', split: 'train', size: 10 }], val: [] }
  const config = runConfig.parse({ mixture, eval_every: 10 })
  expect(pausesOf(config)).toEqual({ eval: { every: 10 }, sample: null, measure: null })
  const asked = { ...config, sample_prompts: ['Hello'], measure_tasks: ['MMLU' as const] }
  expect(pausesOf(asked)).toEqual({ eval: { every: 10 }, sample: { every: 10 }, measure: { every: 10 } })
  expect(pausesOf({ ...asked, sample_every: 3, measure_every: -1 })).toEqual({
    eval: { every: 10 },
    sample: { every: 3 },
    measure: null,
  })
  expect(pausesOf({ ...asked, eval_every: -1 })).toMatchObject({ eval: null, sample: { every: null } })
})

/** The starter's first steps on two busy cores, 29 November 2026: 400 steps, an evaluation of 2.9 s in 2.7 of compiling. */
test('a real run is estimated alike from its second step on', () => {
  const left = new TimeLeft({ ...NEVER, eval: { every: 150 } })
  left.compiled(2.7)
  left.add('eval', { seconds: 2.9 })
  left.compiled(0.1)
  left.compiled(6.8)
  left.compiled(1.2)
  const milliseconds = [8075, 1364, 1571, 2359, 1117, 1605, 1638, 1425, 1277, 1744, 1294, 1328, 1844, 1445]
  const minutes = milliseconds.map((dt_ms, index) => {
    left.addStep({ step: index + 1, dt_ms })
    const seconds = left.seconds(400)
    return seconds === null ? null : seconds / 60
  })
  expect(minutes[0]).toBeNull() // it was 54 minutes, of a run that takes ten
  for (const each of minutes.slice(1)) {
    expect(each).toBeGreaterThan(9)
    expect(each).toBeLessThan(11)
  }
})
