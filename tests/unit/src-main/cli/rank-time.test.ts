import { describe, expect, it } from 'vitest'

import { LOOPBACK, rankTime } from '../../../../src-main/cli/rank-time'

const of = (ranks: number, bytes: number) =>
  rankTime({ ...LOOPBACK, ranks, bytes, batchesPerStep: 8, microBatch: 0.5 })

describe('the time of a step', () => {
  it('is the computation alone on one rank', () => {
    expect(of(1, 400e6)).toEqual({ compute: 4, reduce: 0 })
  })

  it.each([
    [40e6, 0.053],
    [400e6, 0.525],
  ])('is what was measured for %d bytes between two ranks', (bytes, seconds) => {
    expect(of(2, bytes).reduce).toBeCloseTo(seconds, 3)
  })

  it('grows with rounds, and in bytes to twice those of two ranks at most', () => {
    expect(of(512, 400e6).reduce).toBeCloseTo(
      1022 * LOOPBACK.latency + (2 * 400e6 * 511) / 512 / LOOPBACK.bandwidth,
      6,
    )
  })
})
