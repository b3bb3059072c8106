import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { DEFAULTS } from '../../../../src-main/config/config.schema'
import { lrMultiplier, muonMomentum } from '../../../../src-main/optimizers/schedules'
import { golden } from '../../../support/golden-model'
import { goldenSft } from '../../../support/golden-sft'

const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('lrMultiplier', () => {
  it('is what the golden runs logged', () => {
    for (const run of golden.runs) {
      run.log.forEach(({ lrm }, step) => {
        expect(lrMultiplier((step + 1) / run.progress_total_steps, DEFAULTS.mid)).toBeCloseTo(lrm, 12)
      })
    }
  })

  it('is what chat_sft logged, with its warmup, its warmdown and where that ends', () => {
    for (const run of goldenSft.runs) {
      run.log.forEach(({ lrm }, step) => {
        expect(lrMultiplier((step + 1) / run.steps, run)).toBeCloseTo(lrm, 12)
      })
    }
  })

  it('stays within 0 and 1 and, without a warmup, never rises', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 3, noNaN: true }),
        share,
        fc.record({ warmup_ratio: share, warmdown_ratio: share, final_lr_frac: share }),
        (at, by, schedule) => {
          const multiplier = lrMultiplier(at, schedule)
          expect(multiplier).toBeGreaterThanOrEqual(0)
          expect(multiplier).toBeLessThanOrEqual(1)
          const falling = { ...schedule, warmup_ratio: 0 }
          expect(lrMultiplier(at + by, falling)).toBeLessThanOrEqual(lrMultiplier(at, falling))
        },
      ),
    )
  })

  it('is halfway down at 90 %, and gone at the end and after it', () => {
    expect(lrMultiplier(0.79, DEFAULTS.mid)).toBe(1)
    expect(lrMultiplier(0.9, DEFAULTS.mid)).toBeCloseTo(0.5)
    expect(lrMultiplier(1, DEFAULTS.mid)).toBeCloseTo(0, 12)
    expect(lrMultiplier(1.2, DEFAULTS.mid)).toBeCloseTo(0, 12)
  })
})

it('raises the momentum over 300 steps', () => {
  expect([0, 150, 300, 5000].map(muonMomentum)).toEqual([0.85, 0.8999999999999999, 0.95, 0.95])
})
