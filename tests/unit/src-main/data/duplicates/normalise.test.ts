import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalised, WordHashes } from '../../../../../src-main/data/duplicates/normalise'

/** The hashes of a text's words, by the way that makes no text. */
function hashesOf(...texts: string[]): number[] {
  const words = new WordHashes()
  for (const text of texts) words.add(text)
  return [...words.hashes.subarray(0, words.count)]
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'grapheme-ascii' }),
  fc.string({
    unit: fc.constantFrom(
      'İ',
      'ſ',
      'ß',
      'Σ',
      'ς',
      '½',
      'ﬁ',
      '℡',
      'Ǆ',
      '\u0301',
      'a',
      '.',
      '漢',
      'ก',
      '\ud800',
    ),
  }),
)

describe('normalised', () => {
  it.each([
    ['  Hello,\n\tWORLD!  ', 'hello world'],
    ['ﬁne ½ cup', 'fine 1 2 cup'],
    ['caf\u0065\u0301 CAFÉ', 'café café'],
    ['ΟΔΟΣ οδος οδοσ', 'οδοσ οδοσ οδοσ'],
    ['don’t do x_y2', 'don t do x y2'],
    ['漢字とkana', '漢 字 と kana'],
    ['हिन्दी', 'हिन्दी'],
    ['?!… 🙂', ''],
  ])('of %j is %j', (text, words) => {
    expect(normalised(text)).toBe(words)
  })

  it('changes nothing a second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(normalised(normalised(text))).toBe(normalised(text))
      }),
      { numRuns: 1000 },
    )
  })

  it('changes nothing a second time in any character', () => {
    const changed: number[] = []
    for (let code = 0; code < 0x110000; code++) {
      const once = normalised(String.fromCodePoint(code))
      if (normalised(once) !== once) changed.push(code)
    }
    expect(changed).toEqual([])
  })
})

describe('the hashes of words', () => {
  it('are as many as the words, and equal where the words are', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const [first, second] = [normalised(a), normalised(b)]
        expect(hashesOf(a)).toHaveLength(first === '' ? 0 : first.split(' ').length)
        expect(hashesOf(a)).toEqual(hashesOf(first))
        if (first !== second) expect(hashesOf(a)).not.toEqual(hashesOf(b))
        else expect(hashesOf(a)).toEqual(hashesOf(b))
      }),
      { numRuns: 1000 },
    )
  })

  it('do not join the last word of a text with the first of the next', () => {
    expect(hashesOf('one two', 'three')).toEqual(hashesOf('one two three'))
    expect(hashesOf('one', 'two')).not.toEqual(hashesOf('onetwo'))
  })

  it('hold texts of any length', () => {
    const text = 'word '.repeat(300_000)
    expect(hashesOf(text, text)).toHaveLength(600_000)
  })
})
