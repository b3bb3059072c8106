import { describe, expect, it } from 'vitest'

import type { StepMetric } from '../../../../src-main/config/run.schema'
import type { TrainerPhase } from '../../../../src-main/engine/trainer-calls'
import { HangWatch } from '../../../../src-main/runs/hang-watch'

/** Three ranks, of which each has come to an exchange; the run has made two steps of so many milliseconds. */
function watched(stepMs = 100, steps = 2): { watch: HangWatch; exchange: (...counts: number[]) => void } {
  const watch = new HangWatch(3, 60_000)
  const exchange = (...counts: number[]): void => {
    counts.forEach((count, index) => {
      watch.hear(index, { type: 'exchange', count })
    })
  }
  for (const index of [0, 1, 2]) enter(watch, index, 'training')
  for (let step = 1; step <= steps; step++) {
    const metric = { step, dt_ms: step === 1 ? 50_000 : stepMs } as StepMetric // the first compiles
    watch.hear(0, { type: 'step', metric })
  }
  return { watch, exchange }
}

function enter(watch: HangWatch, index: number, phase: TrainerPhase): void {
  watch.hear(index, { type: 'phase', phase })
}

/** Looks once a second. @returns what it said last */
function lookFor(watch: HangWatch, seconds: number, from = 0): ReturnType<HangWatch['look']> {
  let said = null
  for (let second = 0; second <= seconds; second++) said = watch.look(1000 * (from + second))
  return said
}

describe('a rank that is stuck', () => {
  it('is the one that alone has not come to an exchange, after a minute', () => {
    const { watch, exchange } = watched()
    exchange(9, 8, 9)
    expect(lookFor(watch, 59)).toBeNull()
    expect(watch.look(60_000)).toEqual({ index: 1, seconds: 60 })
  })

  it('is given ten times the longest step after the first', () => {
    const { watch, exchange } = watched(20_000)
    exchange(9, 8, 9)
    expect(lookFor(watch, 199)).toBeNull()
    expect(watch.look(200_000)).toEqual({ index: 1, seconds: 200 })
  })

  it('is none where it comes after all, and the next wait begins anew', () => {
    const { watch, exchange } = watched()
    exchange(9, 8, 9)
    expect(lookFor(watch, 50)).toBeNull()
    exchange(10, 9, 10)
    expect(lookFor(watch, 59, 51)).toBeNull()
  })

  it.each<[string, [number, number, number]]>([
    ['all wait in the same exchange', [9, 9, 9]],
    ['two are late', [8, 8, 9]],
  ])('cannot be named where %s', (_, counts) => {
    const { watch, exchange } = watched()
    exchange(...counts)
    expect(lookFor(watch, 500)).toBeNull()
  })

  it.each<TrainerPhase>(['preparing', 'compiling', 'evaluating', 'saving'])(
    'is not looked for while it is %s',
    (phase) => {
      const { watch, exchange } = watched()
      exchange(9, 8, 9)
      enter(watch, 1, phase)
      expect(lookFor(watch, 500)).toBeNull()
    },
  )

  it('is not looked for in the first step, nor on a machine with one rank', () => {
    const { watch, exchange } = watched(100, 0)
    exchange(9, 8, 9)
    expect(lookFor(watch, 500)).toBeNull()
    const alone = new HangWatch(1, 60_000)
    enter(alone, 0, 'training')
    alone.hear(0, { type: 'step', metric: { dt_ms: 1 } as StepMetric })
    expect(lookFor(alone, 500)).toBeNull()
  })

  it('has not waited while the machine slept', () => {
    const { watch, exchange } = watched()
    exchange(9, 8, 9)
    lookFor(watch, 5)
    expect(watch.look(3_600_000)).toBeNull()
  })
})
