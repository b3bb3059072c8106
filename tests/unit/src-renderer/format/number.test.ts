import { describe, expect, it } from 'vitest'
import {
  DASH,
  count,
  fixed,
  integer,
  percent,
  precise,
  rough,
  short,
  significant,
} from '../../../../src-renderer/format/number'

describe('integer', () => {
  it('groups thousands and uses a true minus', () => {
    expect(integer(524288)).toBe('524,288')
    expect(integer(-1024)).toBe('−1,024')
  })
  it('shows what is unknown as a dash, never as zero', () => {
    expect([integer(null), integer(undefined), integer(NaN)]).toEqual([DASH, DASH, DASH])
  })
})

describe('rough', () => {
  it('keeps two digits of a number of any size', () => {
    expect([0, 0.25, 0.0312, 5, 12.4, 1540].map(rough)).toEqual(['0', '0.25', '0.031', '5', '12', '1,500'])
    expect(rough(-0.5)).toBe('−0.5')
  })
})

describe('fixed', () => {
  it('keeps its decimals', () => {
    expect(fixed(2, 4)).toBe('2.0000')
  })
  it('says what is not finite', () => {
    expect(fixed(Infinity, 2)).toBe('Infinity')
    expect(fixed(NaN, 2)).toBe('NaN')
  })
})

describe('percent', () => {
  it.each([
    [0.236, '23.6'],
    [0, '0.0'],
    [1, '100.0'],
    [0.0004, '<0.1'],
    [0.9996, '>99.9'],
    [null, DASH],
  ])('%s -> %s', (share, text) => {
    expect(percent(share)).toBe(text)
  })
})

describe('short', () => {
  it.each([
    [7, '7'],
    [9999, '9,999'],
    [3781.4, '3,781'],
    [12_345, '12.3 k'],
    [4_237_120, '4.24 M'],
    [409_000_000, '409 M'],
    [1.5e9, '1.50 G'],
    [2e12, '2.00 T'],
  ])('%s -> %s', (value, text) => {
    expect(short(value)).toBe(text)
  })
})

it('keeps three significant digits', () => {
  expect([significant(4.2371), significant(42.37), significant(423.7)]).toEqual(['4.24', '42.4', '424'])
})

it('keeps four significant digits of a number of any size', () => {
  const texts = [0, 0.0123456, -4.6113, 1.2e-7, -3e-8, 123456, null].map(precise)
  expect(texts).toEqual(['0', '0.01235', '−4.611', '1.200e−7', '−3.000e−8', '1.235e5', DASH])
})

it('counts in the singular and the plural', () => {
  expect([count(1, 'row'), count(0, 'row'), count(2, 'entry', 'entries')]).toEqual([
    '1 row',
    '0 rows',
    '2 entries',
  ])
})
