import { describe, expect, it } from 'vitest'

import {
  alternativeTo,
  chanceText,
  meanSurprise,
  SHADES,
  shadeOf,
  shownToken,
  standingText,
  tokenText,
} from '../../../../src-renderer/talk/tokens'
import { special, token } from './samples'

describe('the shade of a token', () => {
  it('is darker the less likely it was, and none where nobody asked', () => {
    const shades = [1, 0.5, 0.1, 0.01, 0.003, 0].map(shadeOf)
    expect(shades).toEqual([...shades].sort((a, b) => Number(a) - Number(b)))
    expect(shades[0]).toBe(0)
    expect(shades.at(-1)).toBe(SHADES - 1)
    expect(shadeOf(null)).toBeNull()
  })
  it('stands beside what else is to be seen of it', () => {
    expect(shownToken(token(' the\n'), false)).toEqual({
      shown: '·the↵',
      breaks: true,
      classes: ['shade-0'],
    })
    const forced = { ...special('output_start', 'python_output', true), probability: null }
    expect(shownToken(forced, true).classes).toEqual(['unrated', 'special', 'forced', 'given'])
  })
})

it.each([
  [1, '100 %'],
  [0.99999, '>99.9 %'],
  [0.1234, '12.3 %'],
  [0.01234, '1.23 %'],
  [0.000123, '0.0123 %'],
  [1e-7, '<0.001 %'],
  [null, '–'],
])('says %j as %s', (probability, text) => {
  expect(chanceText(probability)).toBe(text)
})

describe('what is read out of a token', () => {
  it('is its probability and rank', () => {
    const plain = token(' a', { id: 7, probability: 0.25, rank: 1204 })
    expect(tokenText(plain, false)).toBe('" a", id 7, 25.0 %, rank 1,204')
    expect(standingText(plain, true)).toBe('25.0 %, rank 1,204, given')
  })
  it('is why nobody drew it', () => {
    expect(standingText(token('42', { forced: true }), false)).toBe('put in by the calculator')
    expect(standingText(token('a', { probability: null }), true)).toBe('given')
    expect(standingText(token('a', { probability: null }), false)).toBe('not rated')
  })
})

it('means the surprise of what the model chose', () => {
  const tokens = [token('a', { probability: 1 }), token('b', { probability: Math.exp(-2) })]
  expect(meanSurprise(tokens)).toBeCloseTo(1)
  expect(meanSurprise([...tokens, token('c', { probability: 1e-9, forced: true })])).toBeCloseTo(1)
  expect(meanSurprise([token('a', { probability: null })])).toBeNull()
})

it('puts an alternative in a token’s place, with what is known of it', () => {
  const before = token('a', { alternatives: [{ id: 9, piece: ' b', probability: 0.2 }], forced: true })
  expect(alternativeTo(before, { id: 9, piece: ' b', probability: 0.2 }, 2)).toEqual({
    ...before,
    id: 9,
    text: ' b',
    piece: ' b',
    probability: 0.2,
    rank: 2,
    forced: false,
  })
})
