import fc from 'fast-check'
import { expect, it } from 'vitest'
import { piecesOf } from '../../../../src-renderer/mixture/marked'

it('cuts a text at its marks', () => {
  expect(piecesOf('one two three', [4, 7])).toEqual([
    { text: 'one ', marked: false },
    { text: 'two', marked: true },
    { text: ' three', marked: false },
  ])
  expect(piecesOf('one', [0, 3])).toEqual([{ text: 'one', marked: true }])
  expect(piecesOf('', [])).toEqual([])
})

it('loses nothing of the text', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.nat(40)), (text, places) => {
      const marks = places.map((at) => Math.min(at, text.length)).sort((a, b) => a - b)
      const pieces = piecesOf(text, marks)
      expect(pieces.map((piece) => piece.text).join('')).toBe(text)
    }),
  )
})
