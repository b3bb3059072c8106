import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stretchesOf, supervisedWithin } from '../../../../src-main/tokenizer/supervision'

const anyMask = fc.array(fc.nat(1), { maxLength: 60 }).map((bits) => Uint8Array.from(bits))

it('lists where each stretch begins and ends', () => {
  expect(stretchesOf(Uint8Array.of())).toEqual(Uint16Array.of())
  expect(stretchesOf(Uint8Array.of(0, 0))).toEqual(Uint16Array.of())
  expect(stretchesOf(Uint8Array.of(0, 1, 1, 0, 1))).toEqual(Uint16Array.of(1, 3, 4, 5))
  expect(stretchesOf(new Uint8Array(2048).fill(1))).toEqual(Uint16Array.of(0, 2048))
})

it('counts the supervised ids of any beginning', () => {
  fc.assert(
    fc.property(anyMask, fc.nat(70), (mask, length) => {
      const counted = mask.subarray(0, length).reduce((sum, bit) => sum + bit, 0)
      expect(supervisedWithin(stretchesOf(mask), length)).toBe(counted)
    }),
  )
})

it('loses nothing of the mask', () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      const back = new Uint8Array(mask.length)
      const stretches = stretchesOf(mask)
      for (let i = 0; i < stretches.length; i += 2) back.fill(1, stretches[i], stretches[i + 1])
      expect(back).toEqual(mask)
    }),
  )
})
