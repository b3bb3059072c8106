import fc from 'fast-check'
import { expect, test } from 'vitest'

import { editDistance, nearest } from '../../../../src-main/config/nearest'

test('edits are counted', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('', 'abc')).toBe(3)
})

test('the distance is a metric', () => {
  const text = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(editDistance(a, a)).toBe(0)
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
    }),
  )
})

test('the nearest name is suggested, and none that is far', () => {
  const known = ['max_seq_len', 'device_batch_size', 'mixture']
  expect(nearest('max_seqlen', known)).toBe('max_seq_len')
  expect(nearest('Mixtures', known)).toBe('mixture')
  expect(nearest('colour', known)).toBeUndefined()
})
