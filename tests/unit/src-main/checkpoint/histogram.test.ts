import { describe, expect, it } from 'vitest'
import { histogramOf, tensorHistogram } from '../../../../src-main/checkpoint/histogram'
import { tensorOf } from '../../../../src-main/checkpoint/torch-value'
import { goldenPath } from '../../../support/golden'

const tensor = (...values: number[]) =>
  tensorOf({ shape: [values.length], dtype: 'float32', data: Float32Array.from(values) })

it('counts the numbers in equal intervals', async () => {
  expect(await histogramOf(tensor(0, 1, 2, 3, 4, 4), { intervals: 4 })).toEqual({
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
  expect(await histogramOf(tensor(NaN, Infinity, 1, -Infinity), { intervals: 2 })).toMatchObject({
    min: 1,
    max: 1,
    deviation: 0,
    notFinite: 3,
    counts: [1, 0],
  })
  expect(await histogramOf(tensor(NaN), { intervals: 2 })).toMatchObject({
    min: null,
    mean: null,
    notFinite: 1,
    counts: [0, 0],
  })
})

it('sees every number of a tensor of several chunks', async () => {
  const data = Float32Array.from({ length: 3_000_000 }, (_, i) => i % 1000)
  const { counts, mean } = await histogramOf(tensorOf({ shape: [3_000_000], dtype: 'float32', data }), {
    intervals: 10,
  })
  expect(counts).toEqual(Array.from({ length: 10 }, () => 300_000))
  expect(mean).toBeCloseTo(499.5, 6)
})

it('reads int64 too', async () => {
  const data = BigInt64Array.of(-1n, 0n, 2n ** 40n)
  const whole = await histogramOf(tensorOf({ shape: [3], dtype: 'int64', data }), { intervals: 2 })
  expect(whole).toMatchObject({ min: -1, max: 2 ** 40, zeros: 1, counts: [2, 1] })
})

it('tells how far it is, and stops when told to', async () => {
  const data = new Float32Array(1_000_000)
  const large = tensorOf({ shape: [data.length], dtype: 'float32', data })
  const told: number[] = []
  await histogramOf(large, { onProgress: (done, total) => told.push(done / total) })
  expect(told.length).toBeGreaterThan(4)
  expect(told).toEqual([...told].sort((a, b) => a - b))
  expect(told.at(-1)).toBe(1)
  const controller = new AbortController()
  const stopped = histogramOf(large, {
    signal: controller.signal,
    onProgress: () => {
      controller.abort()
    },
  })
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
})

describe('a tensor of a checkpoint', () => {
  it('is found by its name', async () => {
    const histogram = await tensorHistogram(goldenPath('checkpoint'), 3, 'transformer.wte.weight', {
      intervals: 16,
    })
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
