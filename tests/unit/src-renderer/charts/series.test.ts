import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest, syncPoints, type Point } from '../../../../src-renderer/charts/series'

const steps = (from: number, to: number, of = 0) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ step: from + index, value: of + from + index }))
const value = (item: { value: number }): number => item.value

describe('syncPoints', () => {
  it('appends what is new and copies nothing', () => {
    const points: Point[] = []
    const source = steps(1, 3)
    expect(syncPoints(points, source, value)).toBe(true)
    const first = points[0]
    source.push(...steps(4, 5))
    expect(syncPoints(points, source, value)).toBe(true)
    expect(points.map(({ x }) => x)).toEqual([1, 2, 3, 4, 5])
    expect(points[0]).toBe(first)
    expect(syncPoints(points, source, value)).toBe(false)
  })
  it('cuts back where the list was', () => {
    const points: Point[] = []
    syncPoints(points, steps(1, 8), value)
    syncPoints(points, steps(1, 5), value)
    expect(points.map(({ x }) => x)).toEqual([1, 2, 3, 4, 5])
  })
  it('makes one gap of what is not known or not finite, and none before the first value', () => {
    const points: Point[] = []
    syncPoints(points, steps(1, 4), ({ value: y }) => (y === 2 ? null : y === 3 ? NaN : y))
    expect(points.map(({ x }) => x)).toEqual([1, 2, 4])
    expect(points[1]?.y).toBeNaN()
    const later: Point[] = []
    syncPoints(later, steps(1, 4), ({ value: y }) => (y < 3 ? null : y))
    expect(later.map(({ x }) => x)).toEqual([3, 4])
  })
})

describe('nearest', () => {
  it('finds what a scan finds', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 40 }),
        fc.integer({ min: -10, max: 510 }),
        (xs, x) => {
          const points = xs.sort((a, b) => a - b).map((at) => ({ x: at, y: 0 }))
          const found = points[nearest(points, x)]
          const least = Math.min(...points.map((point) => Math.abs(point.x - x)))
          expect(found ? Math.abs(found.x - x) : Infinity).toBe(least)
        },
      ),
    )
  })
})
