import { expect, it } from 'vitest'
import { clip, isSpecial, quoted, visible } from '../../../../src-renderer/format/token'

it('makes spaces, line ends and control characters visible', () => {
  expect(visible(' the\n')).toBe('·the↵')
  expect(visible('\t\u0001')).toBe('⇥␀')
})

it('quotes as code does', () => {
  expect(quoted('\n"')).toBe('"\\n\\""')
})

it('clips by characters, not by code units', () => {
  expect(clip('strawberry', 5)).toBe('stra…')
  expect(clip('🍓🍓🍓', 3)).toBe('🍓🍓🍓')
  expect(clip('🍓🍓🍓', 2)).toBe('🍓…')
  expect(clip('a', 0)).toBe('')
})

it('knows special tokens by their form', () => {
  expect(isSpecial('<|user_start|>')).toBe(true)
  expect(isSpecial(' <|user_start|>')).toBe(false)
  expect(isSpecial('<||>')).toBe(false)
})
