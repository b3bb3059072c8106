import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { digitsOfPattern, pieceEnd } from '../../../../src-main/tokenizer/split'
import { readGolden } from '../../../support/golden'

function pieces(text: string, digits = 2): string[] {
  const found: string[] = []
  for (let at = 0; at < text.length;) {
    const end = pieceEnd(text, at, digits)
    found.push(text.slice(at, end))
    at = end
  }
  return found
}

describe('pieceEnd', () => {
  it.each([
    ["don't we'll I'VE", ['don', "'t", ' we', "'ll", ' I', "'VE"]],
    ["'ſabc 'tis", ["'ſ", 'abc', " '", 'tis']],
    ['12345 67', ['12', '34', '5', ' ', '67']],
    ['a  b', ['a', ' ', ' b']],
    ['a   ', ['a', '   ']],
    ['a \n\n  b', ['a', ' \n\n', ' ', ' b']],
    ['hi!!\r\n\nx', ['hi', '!!\r\n\n', 'x']],
    ['x\u00a0y', ['x', '\u00a0y']],
    ['_foo _ bar', ['_foo', ' _', ' bar']],
    ['😀😀a', ['😀😀', 'a']],
    ['\ud800a\udc00', ['\ud800a', '\udc00']],
  ])('splits %j', (text, expected) => {
    expect(pieces(text)).toEqual(expected)
  })

  it('takes as many digits as the pattern says', () => {
    expect(pieces('12345', 3)).toEqual(['123', '45'])
    expect(pieces('𝟘𝟙𝟚', 2)).toEqual(['𝟘𝟙', '𝟚'])
  })
})

describe('digitsOfPattern', () => {
  const { pat_str: pattern } = readGolden('ranks.json', z.object({ pat_str: z.string() }))

  it("knows the reference's pattern and GPT-4's number of digits", () => {
    expect(digitsOfPattern(pattern)).toBe(2)
    expect(digitsOfPattern(pattern.replace('{1,2}', '{1,3}'))).toBe(3)
  })

  it('knows no other', () => {
    const others = [
      '',
      '\\w+',
      `${pattern}|x`,
      pattern.replace('{1,2}', '{1,}'),
      pattern.replace('\\s+(?!\\S)|', ''),
    ]
    expect(others.map(digitsOfPattern)).toEqual(others.map(() => undefined))
  })
})
