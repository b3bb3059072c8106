/** What is kept of a prompt that is too long: its end, with room for the answer. */
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { fitPrompt, reachOf } from '../../../../../src-main/engine/generation/reach'

test('the reach is ten times sequence_len', () => {
  expect(reachOf({ sequence_len: 256 })).toBe(2560)
})

test.each([
  { length: 20, maxTokens: 32, reach: 100, kept: 20, dropped: 0, room: 32 },
  { length: 90, maxTokens: 32, reach: 100, kept: 68, dropped: 22, room: 32 },
  { length: 20, maxTokens: 500, reach: 100, kept: 20, dropped: 0, room: 80 },
  { length: 200, maxTokens: 500, reach: 100, kept: 50, dropped: 150, room: 50 },
])('$length ids and $maxTokens to come, within $reach', ({ length, maxTokens, reach, ...expected }) => {
  const ids = Int32Array.from({ length }, (_, i) => i)
  const fitted = fitPrompt(ids, maxTokens, reach)
  expect({ kept: fitted.ids.length, dropped: fitted.dropped, room: fitted.maxTokens }).toEqual(expected)
  expect(fitted.ids.at(-1)).toBe(length - 1)
})

test('what is fitted always fits', () => {
  const sizes = fc.tuple(fc.nat(500), fc.nat(500), fc.integer({ min: 10, max: 400 }))
  fc.assert(
    fc.property(sizes, ([length, maxTokens, reach]) => {
      const fitted = fitPrompt(new Int32Array(length), maxTokens, reach)
      expect(fitted.ids.length + fitted.dropped).toBe(length)
      expect(fitted.ids.length + fitted.maxTokens).toBeLessThanOrEqual(reach)
      if (length > 0) expect(fitted.ids.length).toBeGreaterThan(0)
    }),
  )
})
