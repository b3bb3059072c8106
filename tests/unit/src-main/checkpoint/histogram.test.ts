import { describe, expect, it } from 'vitest'
import { histogramOf, tensorHistogram } from '../../../../src-main/checkpoint/histogram'
import { tensorOf } from '../../../../src-main/checkpoint/torch-value'
import { goldenPath } from '../../../support/golden'

const tensor = (...values: number[]) =>
  tensorOf({ shape: [values.length], dtype: 'float32', data: Float32Array.from(values) })

it('counts the numbers in equal intervals', async () => {
  expect(await histogramOf(tensor(0, 1, 2, 3, 4, 4), 4)).toEqual({
    min: 0,
    max: 4,
    mean: 14 / 6,
    deviation: Math.sqrt(20 / 9),
    zeros: 1,
    notFinite: 0,
    counts: [1, 1, 1, 3],
  })
})

it('keeps what is not finite apart', async () => {
  expect(await histogramOf(tensor(NaN, Infinity, 1, -Infinity), 2)).toMatchObject({
    min: 1,
    max: 1,
    deviation: 0,
    notFinite: 3,
    counts: [1, 0],
  })
  expect(await histogramOf(tensor(NaN), 2)).toMatchObject({
    min: null,
    mean: null,
    notFinite: 1,
    counts: [0, 0],
  })
})

it('sees every number of a tensor of several chunks', async () => {
  const data = Float32Array.from({ length: 3_000_000 }, (_, i) => i % 1000)
  const { counts, mean } = await histogramOf(tensorOf({ shape: [3_000_000], dtype: 'float32', data }), 10)
  expect(counts).toEqual(Array.from({ length: 10 }, () => 300_000))
  expect(mean).toBeCloseTo(499.5, 6)
})

describe('a tensor of a checkpoint', () => {
  it('is found by its name', async () => {
    const histogram = await tensorHistogram(goldenPath('checkpoint'), 3, 'transformer.wte.weight', 16)
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(128 * 32)
    // Initialised as a normal with deviation 1, then three large steps.
    expect(histogram.deviation).toBeGreaterThan(0.5)
    expect(Math.max(...histogram.counts)).toBe(Math.max(...histogram.counts.slice(5, 11)))
  })

  it('is refused where it is not there', async () => {
    await expect(tensorHistogram(goldenPath('checkpoint'), 3, 'wpe')).rejects.toMatchObject({
      code: 'checkpoint.missing',
    })
  })
})
