import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberOf, readNumber, ruleText } from '../../../../src-renderer/format/parse'

describe('numberOf', () => {
  it.each([
    ['524288', 524288],
    ['524,288', 524288],
    ['524_288', 524288],
    ['2e-3', 0.002],
    ['.5', 0.5],
    ['-1', -1],
    ['−1', -1],
    ['20 * 524288', 20 * 524288],
    ['20×524288', 20 * 524288],
    ['1/4', 0.25],
  ])('%s is %s', (text, value) => {
    expect(numberOf(text)).toBe(value)
  })
  it.each(['', ' ', 'abc', '1 2', '1**2', 'e5', '1/0', '--1', '0x10', '1+1'])('%j is no number', (text) => {
    expect(numberOf(text)).toBeNull()
  })
  it('reads every number as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberOf(String(value))).toBe(Object.is(value, -0) ? 0 : value)
      }),
    )
  })
})

describe('ruleText', () => {
  it.each([
    [{}, 'a number'],
    [{ integer: true, min: 1 }, 'a whole number, at least 1'],
    [{ max: 8 }, 'a number, at most 8'],
    [{ integer: true, min: 0, max: 460_340 }, 'a whole number from 0 to 460,340'],
  ])('says what %j asks for', (rule, text) => {
    expect(ruleText(rule)).toBe(text)
  })
})

describe('readNumber', () => {
  it('takes what keeps the rule', () => {
    expect(readNumber('3', { integer: true, min: 1 })).toEqual({ value: 3 })
  })
  it('refuses fractions where a whole number is asked for, and what is too small', () => {
    expect(readNumber('1.5', { integer: true })).toBeNull()
    expect(readNumber('0', { min: 1 })).toBeNull()
    expect(readNumber('8', { max: 8 })).toEqual({ value: 8 })
    expect(readNumber('9', { max: 8 })).toBeNull()
  })
})
