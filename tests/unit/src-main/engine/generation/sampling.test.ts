/** The next token: the likeliest, or a draw in the right proportions; and what is said of its chance. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { chanceOf, sample } from '../../../../../src-main/engine/generation/sampling'
import { seededRandom } from '../../../../../src-main/model/random'
import { failureOf } from '../../../../support/failure'

const random = seededRandom(1)

test('temperature 0 takes the greatest logit, and the lower id of two', () => {
  const logits = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(logits, (values) => {
      const id = sample(Float32Array.from(values), { temperature: 0, topK: null }, random)
      expect(id).toBe(values.indexOf(Math.max(...values)))
    }),
  )
})

/** Shares of 20,000 draws. */
function shares(logits: number[], temperature: number, topK: number | null): number[] {
  const counts = logits.map(() => 0)
  const draws = 20_000
  for (let i = 0; i < draws; i++) {
    const id = sample(Float32Array.from(logits), { temperature, topK }, random)
    counts[id] = (counts[id] ?? 0) + 1
  }
  return counts.map((count) => count / draws)
}

test.each([
  { temperature: 1, topK: null, expected: [0.5, 0.3, 0.15, 0.05] },
  { temperature: 1, topK: 2, expected: [0.625, 0.375, 0, 0] },
  { temperature: 0.5, topK: 3, expected: [0.25, 0.09, 0.0225, 0].map((weight) => weight / 0.3625) },
  { temperature: 1, topK: 99, expected: [0.5, 0.3, 0.15, 0.05] },
])('draws at temperature $temperature among $topK have their shares', ({ temperature, topK, expected }) => {
  const logits = [0.5, 0.3, 0.15, 0.05].map(Math.log)
  shares(logits, temperature, topK).forEach((share, id) => {
    expect(Math.abs(share - (expected[id] ?? NaN))).toBeLessThan(0.02)
  })
})

test('draws among few of many tokens are those of the greatest logits', () => {
  const logits = Float32Array.from({ length: 5000 }, (_, id) => ((id * 7919) % 5000) / 1000)
  const best = [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0)).slice(0, 8)
  const drawn = new Set(
    Array.from({ length: 2000 }, () => sample(logits, { temperature: 5, topK: 8 }, random)),
  )
  expect([...drawn].sort()).toEqual(best.sort())
})

describe('a model that gives no numbers is refused', () => {
  test.each([0, 1])('at temperature %d', async (temperature) => {
    const nothing = new Float32Array(2000).fill(NaN)
    for (const topK of [50, null]) {
      const failure = await failureOf(() => sample(nothing, { temperature, topK }, random))
      expect(failure.code).toBe('generation.not-finite')
    }
  })
})

test('a chance is the softmax, with its rank; ties go by id', () => {
  const logits = Float32Array.from([1, 3, 3, 0])
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0)
  const chance = chanceOf(2, logits, sum, 2)
  expect(chance.rank).toBe(2)
  expect(chance.alternatives.map(({ id }) => id)).toEqual([1, 2])
  expect(chance.probability).toBeCloseTo(Math.exp(3) / sum, 6)
  expect(chanceOf(3, logits, sum, 9).rank).toBe(4)
})
