import { describe, expect, it } from 'vitest'
import { Merger } from '../../../../src-main/tokenizer/merge'
import { Vocabulary } from '../../../../src-main/tokenizer/vocabulary'
import { failureOf } from '../../../support/failure'

const singles = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte))
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('Vocabulary', () => {
  const vocabulary = new Vocabulary([...singles, text('ab'), text('abc')])

  it('finds whole tokens and merges', () => {
    expect(vocabulary.whole(text('abc'))).toBe(257)
    expect(vocabulary.whole(text('bc'))).toBe(-1)
    expect(vocabulary.merged(97, 98)).toBe(256)
    expect(vocabulary.merged(256, 99)).toBe(257)
    expect(vocabulary.merged(98, 99)).toBe(-1)
  })

  it('refuses a token that occurs twice, and a byte without a token', async () => {
    expect((await failureOf(() => new Vocabulary([...singles, text('a')]))).message).toContain('token 256')
    expect((await failureOf(() => new Vocabulary(singles.slice(0, 255)))).message).toContain('byte 255')
  })
})

describe('Merger', () => {
  it('merges the lowest id first, the leftmost of equals, however long the piece', () => {
    // aa is lower than ab, so aab is aa b; baab merges aa before it could merge ab.
    const merger = new Merger(new Vocabulary([...singles, text('aa'), text('ab'), text('ba')]))
    for (const times of [1, 200]) {
      const ids = [...merger.merge(text('baab'.repeat(times)))]
      expect(ids).toEqual(Array.from({ length: times }, () => [98, 256, 98]).flat())
      expect([...merger.merge(text('a'.repeat(2 * times + 1)))]).toEqual([
        ...new Array<number>(times).fill(256),
        97,
      ])
    }
  })
})
