import { expect, it } from 'vitest'

import { shownText, shownValue } from '../../../src-main/shown'

it.each([
  [1.5, '1.5'],
  [null, 'null'],
  [undefined, 'undefined'],
  ['a "b"\n', '"a \\"b\\"\\n"'],
  ['\ufeff\u202e', '"\\ufeff\\u202e"'],
  ['\ud800', '"\\ud800"'],
  [[1, { a: '\ufeff' }], '[1,{"a":"\\ufeff"}]'],
])('shownValue(%j)', (value, shown) => {
  expect(shownValue(value)).toBe(shown)
})

it('cuts what is long', () => {
  expect(shownValue('x'.repeat(1e7))).toBe(`"${'x'.repeat(59)}…"`)
  expect(shownText('x'.repeat(1e7), 10)).toBe(`${'x'.repeat(9)}…`)
  expect(shownValue(Array.from({ length: 1e5 }, () => 1))).toHaveLength(60)
})

it('speaks of what nests too deep to be shown', () => {
  const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000))
  expect(shownValue(deep)).toBe('a list that nests without end')
})
