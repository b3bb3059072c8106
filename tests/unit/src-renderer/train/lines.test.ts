import fc from 'fast-check'
import { expect, it } from 'vitest'
import { linesOf, piecesOf, textsOf } from '../../../../src-renderer/train/lines'

it('writes a text a line, and a line break within one as two characters', () => {
  expect(linesOf(['Hello', 'two\nlines', 'back\\n'])).toBe('Hello\ntwo\\nlines\nback\\\\n')
  expect(textsOf('Hello\n\n  \ntwo\\nlines\n')).toEqual(['Hello', 'two\nlines'])
})

it('takes numbers apart at commas and blanks', () => {
  expect(piecesOf(' 120,121;  9 ,\n')).toEqual(['120', '121', '9'])
  expect(piecesOf('')).toEqual([])
})

it('reads back whatever it writes', () => {
  const texts = fc.array(fc.string().filter((text) => text.trim() !== ''))
  const reread = (given: string[]): void => {
    expect(textsOf(linesOf(given))).toEqual(given)
  }
  fc.assert(fc.property(texts, reread))
})
