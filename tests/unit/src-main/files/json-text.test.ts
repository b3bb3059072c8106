import { expect, it } from 'vitest'

import { parsePythonJson, requireShallow } from '../../../../src-main/files/json-text'
import { failureOf } from '../../../support/failure'

it.each([
  ['NaN', null],
  ['[NaN, -Infinity, Infinity, 1]', [null, null, null, 1]],
  ['{"a": NaN, "NaN": "NaN \\" NaN \\\\"}', { a: null, NaN: 'NaN " NaN \\' }],
  ['"\\\\", NaN'.replace(/^/, '[') + ']', ['\\', null]],
  ['"-Infinity"', '-Infinity'],
])('reads %s as Python does', (text, value) => {
  expect(parsePythonJson(text)).toEqual(value)
})

it.each(['nan', '-NaNs', '+Infinity', '["NaN', '{"a" NaN}', ''])('refuses %s as Python does', (text) => {
  expect(() => parsePythonJson(text)).toThrow(SyntaxError)
})

it('reads texts of any length', () => {
  const long = 'x"'.repeat(5e6)
  expect(parsePythonJson(`[NaN, ${JSON.stringify(long)}]`)).toEqual([null, long])
})

it('refuses what is nested beyond any use, and nothing less', async () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
  requireShallow(nested(150), 'x.json')
  requireShallow({ a: [1, 'b', null] }, 'x.json')
  const failure = await failureOf(() => requireShallow(nested(100_000), 'x.json'))
  expect(failure).toMatchObject({ code: 'json.too-deep' })
  expect(failure.message).toContain('x.json')
})
