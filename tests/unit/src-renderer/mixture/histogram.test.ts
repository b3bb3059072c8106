import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TaskLengths } from '../../../../src-renderer/api/types'
import { drawHistogram, niceTicks } from '../../../../src-renderer/mixture/histogram'

function lengthsOf(bins: number[], bin_width: number): TaskLengths {
  const conversations = bins.reduce((sum, bin) => sum + bin, 0)
  const max = bins.length * bin_width - 1
  return {
    index: 0,
    conversations,
    tokens: 0,
    supervised: 0,
    mean: 0,
    max,
    longer_than_row: 0,
    conversations_cut_by_rendering: 0,
    tokens_cut_by_rendering: 0,
    supervised_cut_by_rendering: 0,
    bin_width,
    bins,
  }
}

describe('drawHistogram', () => {
  it('counts every conversation once, within the plot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 5000 }),
        (bins, binWidth, row) => {
          const { bars, row: mark } = drawHistogram(lengthsOf(bins, binWidth), row)
          const counted = bars.reduce((sum, bar) => sum + bar.count, 0)
          expect(counted).toBe(bins.reduce((sum, bin) => sum + bin, 0))
          expect(mark).toBeGreaterThan(0)
          expect(mark).toBeLessThan(1)
          for (const bar of bars) {
            expect(bar.height).toBeGreaterThan(0)
            expect(bar.height).toBeLessThanOrEqual(1)
            expect(bar.x + bar.width).toBeLessThanOrEqual(1 + 1e-9)
            expect(bar.width).toBeGreaterThan(0)
          }
        },
      ),
    )
  })
  it('joins bins until bars can be told apart, and marks what is longer than a row', () => {
    const { bars } = drawHistogram(lengthsOf(Array<number>(512).fill(1), 4), 1024)
    expect(bars.length).toBeLessThanOrEqual(97)
    expect(bars.filter((bar) => bar.longer).every((bar) => bar.from > 1024)).toBe(true)
    expect(bars.some((bar) => bar.longer)).toBe(true)
  })
})

it('ticks at round numbers', () => {
  expect(niceTicks(2100)).toEqual([0, 500, 1000, 1500, 2000])
  expect(niceTicks(3)).toEqual([0, 1, 2, 3])
})
