import { expect, it } from 'vitest'
import { DEFAULTS } from '../../../../src-main/config/config.schema'
import { lrMultiplier } from '../../../../src-main/optimizers/schedules'
import { scheduleLine } from '../../../../src-main/runs/schedule-line'

it('passes through a schedule with a bend at every step, however few there are', () => {
  for (const steps of [1, 2, 4, 6, 7, 150, 333, 100_000]) {
    const at = (step: number): number => lrMultiplier(step / steps, DEFAULTS.mid)
    const line = scheduleLine(at, steps)
    expect(line.length).toBeLessThan(50)
    expect(line.at(0)).toEqual({ x: 1, y: at(1) })
    expect(line.at(-1)).toEqual({ x: steps, y: at(steps) })
    for (let step = 1; step <= steps; step++) {
      const after = line.findIndex(({ x }) => x >= step)
      const [from, to] = [line[after - 1] ?? line[after], line[after]]
      const share = from && to && to.x > from.x ? (step - from.x) / (to.x - from.x) : 0
      const drawn = (from?.y ?? NaN) + share * ((to?.y ?? NaN) - (from?.y ?? NaN))
      expect(Math.abs(drawn - at(step))).toBeLessThan(1e-3)
    }
  }
})

it('follows a curve without a corner too', () => {
  const line = scheduleLine((step) => Math.cos(step / 1000), 3000)
  expect(line.length).toBeLessThan(300)
  expect(line.map(({ x }) => x)).toEqual([...new Set(line.map(({ x }) => x))].sort((a, b) => a - b))
})
