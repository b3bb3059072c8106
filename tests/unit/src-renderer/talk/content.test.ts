import { describe, expect, it } from 'vitest'

import { contentOf, partsOf, textOf } from '../../../../src-renderer/talk/content'
import { contentFrom, sourceOf } from '../../../../src-renderer/talk/source'
import { special, token } from './samples'

const call = [
  token('That is '),
  special('python_start', 'python'),
  token('6*', { part: 'python' }),
  token('7', { part: 'python' }),
  special('python_end', 'python'),
  special('output_start', 'python_output', true),
  token('42', { part: 'python_output', forced: true }),
  special('output_end', 'python_output', true),
  token('.'),
]

describe('the content of an answer', () => {
  it('is a text where it is nothing else', () => {
    expect(contentOf([token('Hel'), token('lo')])).toBe('Hello')
    expect(contentOf([])).toBe('')
  })
  it('has a part for each call of the calculator and its result', () => {
    expect(contentOf(call)).toEqual([
      { type: 'text', text: 'That is ' },
      { type: 'python', text: '6*7' },
      { type: 'python_output', text: '42' },
      { type: 'text', text: '.' },
    ])
    expect(textOf(contentOf(call))).toBe('That is 6*742.')
  })
  it('keeps two calls in a row apart', () => {
    const once = call.slice(1, 5)
    expect(partsOf([...once, ...once])).toEqual([
      { type: 'python', text: '6*7' },
      { type: 'python', text: '6*7' },
    ])
  })
  it('gives what was held back of a character to the part before', () => {
    const cut = [token('a'), token('', { piece: '\\xf0' })]
    const closed = { ...special('python_start', 'python'), text: '�' }
    expect(contentOf([...cut, closed])).toBe('a�')
    expect(contentOf(cut, '�')).toBe('a�')
    expect(contentOf([], '�')).toBe('�')
  })
})

describe('an answer as a text to edit', () => {
  it('is the same again once it is read', () => {
    for (const content of [contentOf(call), 'plain', '', contentOf(call.slice(1, 8))]) {
      expect(contentFrom(sourceOf(content))).toEqual(content)
    }
  })
  it('names the calls', () => {
    expect(sourceOf(contentOf(call))).toBe(
      'That is <|python_start|>6*7<|python_end|><|output_start|>42<|output_end|>.',
    )
  })
  it('takes a call that is not closed as text', () => {
    expect(contentFrom('a <|python_start|>1+1')).toBe('a <|python_start|>1+1')
  })
})
