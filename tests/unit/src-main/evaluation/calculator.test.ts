import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { calculate } from '../../../../src-main/evaluation/calculator'
import { goldenTalk } from '../../../support/golden-talk'

describe('the calculator', () => {
  it('makes of each text what the reference makes of it', () => {
    const made = goldenTalk.calculator.map(({ expression }) => ({
      expression,
      result: calculate(expression),
    }))
    expect(made).toEqual(goldenTalk.calculator)
  })

  it.each([
    ['7.0//2', '3.0'],
    ['-7.5//2', '-4.0'],
    ['0//-3.5', '-0.0'],
    ['9007199254740993/1', '9007199254740992.0'],
    ['123456789012345678901234567890/7', '1.763668414462081e+28'],
    [`${'9'.repeat(400)}/${'9'.repeat(399)}`, '10.0'],
    ['--3', '3'],
    ['()', '()'],
    ['...', 'Ellipsis'],
    ["'Hello'.lower().count('h')", '1'],
    ["'''it's'''.count('s')", '1'],
    ["'a b'.count(' ')", '1'],
  ])('computes %s = %s as Python does', (expression, result) => {
    expect(calculate(expression)).toBe(result)
  })

  it.each([
    ['a division by zero', '1/0.0'],
    ['a whole number beyond every float', `${'9'.repeat(400)}*1.0`],
    ['more digits than Python reads', '1'.repeat(4301)],
    ['more digits than Python writes', `${'9'.repeat(3000)}*${'9'.repeat(3000)}`],
    ['more parentheses than Python reads', `${'('.repeat(201)}1${')'.repeat(201)}`],
    ['signs alone', '-'.repeat(100_000)],
    ['a method without its argument', "'a'.count()"],
    ['an argument too many', "'a'.lower('a').count('a')"],
    ['a method that is not offered', "'a'.find('a').count('a')"],
    ['a literal that does not end', "'a.count('b')"],
    ['three quotes that one does not end', '"""a".count("a")'],
    ['a power', '2**2'],
    ['a name', "print('a'.count('a'))"],
  ])('gives nothing for %s', (_, expression) => {
    expect(calculate(expression)).toBeNull()
  })

  it('agrees with JavaScript where whole numbers are small', () => {
    const small = fc.integer({ min: -1000, max: 1000 })
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        expect(calculate(`(${String(a)})*(${String(b)})-${String(c)}`.replace('--', '- -'))).toBe(
          String(a * b - c + 0),
        )
      }),
    )
  })

  it('reads any text without failing', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('0123456789*+-/.() ,\'"_abcount')) })
    fc.assert(
      fc.property(text, (expression) => {
        const result = calculate(expression)
        expect(result === null || typeof result === 'string').toBe(true)
      }),
    )
  })
})
