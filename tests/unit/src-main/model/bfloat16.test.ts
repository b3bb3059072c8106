import fc from 'fast-check'
import { expect, it } from 'vitest'

import { roundToBfloat16 } from '../../../../src-main/model/bfloat16'

it('rounds to 8 significant bits, ties to even', () => {
  expect(roundToBfloat16(1 + 2 ** -9)).toBe(1)
  expect(roundToBfloat16(1 + 2 ** -8)).toBe(1) // halfway, 1 is even
  expect(roundToBfloat16(1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6) // halfway, the lower neighbour is odd
  expect(roundToBfloat16(1 + 2 ** -8 + 2 ** -20)).toBe(1 + 2 ** -7)
  expect(roundToBfloat16(-0.1)).toBe(-0.10009765625)
})

it('keeps zeros, infinities and NaN', () => {
  expect(roundToBfloat16(-0)).toBe(-0)
  expect(roundToBfloat16(-Infinity)).toBe(-Infinity)
  expect(roundToBfloat16(NaN)).toBeNaN()
})

it('is within half a unit, and changes nothing the second time', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, min: -(2 ** 100), max: 2 ** 100 }), (value) => {
      const rounded = roundToBfloat16(value)
      expect(Math.abs(rounded - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -8 + 2 ** -134)
      expect(roundToBfloat16(rounded)).toBe(rounded)
    }),
  )
})
