import fc from 'fast-check'
import { expect, it } from 'vitest'

import { MovingAverage } from '../../../../src-renderer/charts/smoothing'

const smooth = (values: readonly number[], kept: number, weights: readonly number[] = []): number[] => {
  const average = new MovingAverage(kept)
  return values.map((value, at) => average.add(value, weights[at]))
}

/** The same from its definition: a mean of all values so far, in which one that lies `k` back weighs `kept ** k`. */
function byDefinition(
  values: readonly number[],
  kept: number,
  weights: readonly number[],
  at: number,
): number {
  let [sum, given] = [0, 0]
  for (let back = 0; back <= at; back++) {
    const weight = kept ** back * (weights[at - back] ?? 1)
    sum += weight * (values[at - back] ?? NaN)
    given += weight
  }
  return sum / given
}

it('is what TensorBoard shows for 1, 2, 3 at 0.6', () => {
  // last = 0.6·last + 0.4·value, divided by 1 − 0.6ⁿ
  const [first, second, third] = smooth([1, 2, 3], 0.6)
  expect(first).toBeCloseTo(0.4 / 0.4, 12)
  expect(second).toBeCloseTo((0.6 * 0.4 + 0.4 * 2) / (1 - 0.36), 12)
  expect(third).toBeCloseTo((0.6 * (0.6 * 0.4 + 0.4 * 2) + 0.4 * 3) / (1 - 0.216), 12)
})

it('is the mean by its definition, for any values and weights', () => {
  const value = fc.double({ min: -1e3, max: 1e3, noNaN: true })
  const pairs = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 5000 })), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(pairs, fc.double({ min: 0, max: 0.999, noNaN: true }), (list, kept) => {
      const [values, weights] = [list.map(([one]) => one), list.map(([, weight]) => weight)]
      smooth(values, kept, weights).forEach((found, at) => {
        expect(found).toBeCloseTo(byDefinition(values, kept, weights, at), 6)
      })
    }),
  )
})

it('leaves values as they are without smoothing, and a constant as it is with any', () => {
  expect(smooth([3, 1, 2], 0)).toEqual([3, 1, 2])
  for (const value of smooth([5, 5, 5, 5], 0.99)) expect(value).toBeCloseTo(5, 12)
})

it('has a gap where a value is none, and goes on after it as if it had not been', () => {
  const [first, gap, infinite, last] = smooth([1, NaN, Infinity, 3], 0.5)
  expect([first, gap, infinite]).toEqual([1, NaN, NaN])
  expect(last).toBeCloseTo(smooth([1, 3], 0.5)[1] ?? NaN, 12)
  expect(smooth([1], 0.5, [0])).toEqual([NaN])
})
