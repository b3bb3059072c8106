import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { lrMultiplier, muonMomentum } from '../../../../src-main/optimizers/schedules'
import { golden } from '../../../support/golden-model'

describe('lrMultiplier', () => {
  it('is what the golden runs logged', () => {
    for (const run of golden.runs) {
      run.log.forEach(({ lrm }, step) => {
        expect(lrMultiplier((step + 1) / run.progress_total_steps)).toBeCloseTo(lrm, 12)
      })
    }
  })

  it('stays within 0 and 1 and never rises', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (at, by) => {
          const multiplier = lrMultiplier(at)
          expect(multiplier).toBeGreaterThanOrEqual(0)
          expect(multiplier).toBeLessThanOrEqual(1)
          expect(lrMultiplier(at + by)).toBeLessThanOrEqual(multiplier)
        },
      ),
    )
  })

  it('is halfway down at 90 %, and gone at the end and after it', () => {
    expect(lrMultiplier(0.79)).toBe(1)
    expect(lrMultiplier(0.9)).toBeCloseTo(0.5)
    expect(lrMultiplier(1)).toBeCloseTo(0, 12)
    expect(lrMultiplier(1.2)).toBe(0)
  })
})

it('raises the momentum over 300 steps', () => {
  expect([0, 150, 300, 5000].map(muonMomentum)).toEqual([0.85, 0.8999999999999999, 0.95, 0.95])
})
