import { expect, it } from 'vitest'

import { seededRandom } from '../../../../src-main/model/random'

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next)
}

function moments(values: number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, variance }
}

it('gives the same numbers for the same seed and others for another', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => draw(100, seededRandom(seed).uniform))
  expect(a).toEqual(b)
  expect(a).not.toEqual(c)
})

it('is uniform in [0, 1)', () => {
  const values = draw(100_000, seededRandom(3).uniform)
  expect(Math.min(...values.slice(0, 10_000))).toBeGreaterThanOrEqual(0)
  expect(values.every((value) => value < 1)).toBe(true)
  const { mean, variance } = moments(values)
  expect(mean).toBeCloseTo(1 / 2, 2)
  expect(variance).toBeCloseTo(1 / 12, 2)
  const tenths = values.reduce<number[]>((counts, value) => {
    const tenth = Math.floor(value * 10)
    counts[tenth] = (counts[tenth] ?? 0) + 1
    return counts
  }, [])
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400) // 4 deviations
})

it('is standard normal', () => {
  const values = draw(100_000, seededRandom(4).normal)
  const { mean, variance } = moments(values)
  expect(Math.abs(mean)).toBeLessThan(0.02)
  expect(variance).toBeCloseTo(1, 1)
  const within = (bound: number) => values.filter((value) => Math.abs(value) < bound).length / values.length
  expect(within(1)).toBeCloseTo(0.6827, 2)
  expect(within(2)).toBeCloseTo(0.9545, 2)
})
