import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CHAR_CLASS } from '../../../../src-main/tokenizer/char-class'
import { createTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { richEncoding } from '../../../support/rich-tokenizer'
import { tiktokenOracle, type Oracle } from '../../../support/tiktoken-oracle'

let tokenizer: Tokenizer
let oracle: Oracle

beforeAll(() => {
  const data = richEncoding()
  tokenizer = createTokenizer(data, new Int32Array(65_536), 'rich')
  oracle = tiktokenOracle(data)
})

function expectSame(text: string): void {
  // Comparing as text is a hundred times faster than comparing arrays of a million ids.
  const [ours, theirs] = [tokenizer.encodeOrdinary(text).join(), oracle.encodeOrdinary(text).join()]
  if (ours !== theirs) expect(ours.split(',')).toEqual(theirs.split(','))
}

/** The code points on both sides of every change of class, and the last one. */
function boundaries(): string[] {
  const found: string[] = []
  for (let code = 1; code < 0x110000; code++) {
    const surrogate = code >= 0xd800 && code <= 0xe000
    if (surrogate || CHAR_CLASS[code] === CHAR_CLASS[code - 1]) continue
    found.push(String.fromCodePoint(code - 1), String.fromCodePoint(code))
  }
  return [...found, '\ud7ff', '\ue000', '\u{10ffff}']
}

describe('against tiktoken', () => {
  it('agrees at every change of class, beside letters, digits, spaces, newlines and apostrophes', () => {
    const characters = boundaries()
    expect(characters.length).toBeGreaterThan(1600)
    for (const c of characters) {
      expectSame(c)
      expectSame(`${c}a${c}${c}1${c} ${c}\n a '${c}b  ${c}`)
    }
  })

  const awkward = fc.constantFrom(
    ...[
      "'s",
      "'S",
      "'ſ",
      "'ll",
      "'LL",
      "'vE",
      "'re",
      "'",
      '’s',
      ' ',
      '  ',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '\u0085',
    ],
    ...[
      '\ufeff',
      '\u00a0',
      '\u2028',
      '\u3000',
      'a',
      'Z',
      'é',
      'ß',
      '中',
      '한',
      'ǅ',
      'ʰ',
      '\u0301',
      '1',
      '٣',
      'Ⅷ',
    ],
    ...[
      '²',
      '!',
      '...',
      '<|bos|>',
      '_',
      '😀',
      '👩‍🚀',
      '𝒜',
      '𝟘',
      '\ud800',
      '\udc00',
      '\ud83d',
      '\u200d',
      '\0',
      '\u{10ffff}',
    ],
  )

  it('agrees on strings of awkward pieces', () => {
    const text = fc.array(awkward, { maxLength: 40 }).map((pieces) => pieces.join(''))
    fc.assert(fc.property(text, expectSame), { numRuns: 5000 })
  })

  it('agrees on any strings, lone surrogates among them', () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
    fc.assert(fc.property(fc.string({ unit, maxLength: 200 }), expectSame), { numRuns: 1000 })
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectSame), { numRuns: 1000 })
  })

  it('agrees on pieces of any length', () => {
    for (const unit of ['a', 'ab', ' ', '\n', '\t ', '=', '中', '😀', '0', 'xyzzy']) {
      for (const times of [1, 15, 47, 48, 49, 95, 96, 97, 98, 499, 500, 501, 3000]) {
        expectSame(unit.repeat(times))
        expectSame(`${unit.repeat(times)}b`)
      }
    }
  })
})

describe('the encoder', () => {
  it('encodes a million letters without a break', () => {
    const ids = tokenizer.encodeOrdinary('a'.repeat(1_000_000))
    expect(tokenizer.decode(ids)).toBe('a'.repeat(1_000_000))
  })

  it('gives the same ids after its cache has filled and started afresh', () => {
    const words = Array.from({ length: 300_000 }, (_, i) => ` w${i.toString(36).replace(/\d/g, 'q')}x`)
    const first = tokenizer.encodeOrdinary(words.slice(0, 1000).join(''))
    tokenizer.encodeOrdinary(words.join(''))
    expect(tokenizer.encodeOrdinary(words.slice(0, 1000).join(''))).toEqual(first)
  })

  it('hands out ids that a later call does not change', () => {
    const first = tokenizer.encodeOrdinary('some words')
    const copy = [...first]
    tokenizer.encodeOrdinary('other words that are longer')
    expect([...first]).toEqual(copy)
  })
})
