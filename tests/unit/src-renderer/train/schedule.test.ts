import { describe, expect, it } from 'vitest'
import { lrMultiplier, muonMomentum, schedulePoints } from '../../../../src-renderer/train/schedule'

describe('lrMultiplier', () => {
  it('is 1 for four fifths of the run, then falls to 0 and no further', () => {
    expect([0, 0.5, 0.8].map(lrMultiplier)).toEqual([1, 1, 1])
    expect(lrMultiplier(0.9)).toBeCloseTo(0.5)
    expect([1, 1.5].map(lrMultiplier)).toEqual([0, 0])
  })
})

it('raises the momentum from 0.85 to 0.95 over 300 steps', () => {
  expect(muonMomentum(0)).toBe(0.85)
  expect(muonMomentum(150)).toBeCloseTo(0.9)
  expect(muonMomentum(300)).toBeCloseTo(0.95)
  expect(muonMomentum(5000)).toBeCloseTo(0.95)
})

it('is drawn as it is at every step, however few there are', () => {
  for (const steps of [1, 2, 4, 6, 7, 150, 333]) {
    const { lrm } = schedulePoints(steps)
    for (let step = 1; step <= steps; step++) {
      const after = lrm.findIndex(({ x }) => x >= step)
      const [from, to] = [lrm[after - 1] ?? lrm[after], lrm[after]]
      const share = from && to && to.x > from.x ? (step - from.x) / (to.x - from.x) : 0
      const drawn = (from?.y ?? NaN) + share * ((to?.y ?? NaN) - (from?.y ?? NaN))
      expect(drawn).toBeCloseTo(lrMultiplier(step / steps), 9)
    }
  }
})

it('draws from the first planned step to the last, ending at a multiplier of 0', () => {
  for (const steps of [1, 7, 150, 4000]) {
    const { lrm, momentum } = schedulePoints(steps)
    expect(lrm.at(-1)).toEqual({ x: steps, y: 0 })
    expect(momentum.at(-1)?.x).toBe(steps)
    expect([...lrm, ...momentum].every(({ x, y }) => x >= 1 && x <= steps && y >= 0 && y <= 1)).toBe(true)
  }
})
