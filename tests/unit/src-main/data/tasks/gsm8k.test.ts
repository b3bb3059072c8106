import fc from 'fast-check'
import { expect, it } from 'vitest'
import { convertGsm8k } from '../../../../../src-main/data/tasks/gsm8k'
import { RowFault } from '../../../../../src-main/data/tasks/row-fault'

const parts = (answer: string) => convertGsm8k({ question: 'q', answer }).messages[1]?.content
const text = (value: string) => ({ type: 'text', text: value })
const call = (expression: string, result: string) => [
  { type: 'python', text: expression },
  { type: 'python_output', text: result },
]

// What the reference's `re.split(r'(<<[^>]+>>)', answer)` and `rsplit('=', 1)` make of these.
it.each([
  ['no call', [text('no call')]],
  ['a <<1+1=2>>2', [text('a '), ...call('1+1', '2'), text('2')]],
  ['<<1=1>><<2=2>>', [text(''), ...call('1', '1'), text(''), ...call('2', '2'), text('')]],
  ['<<x==y=3>>', [text(''), ...call('x==y', '3'), text('')]],
  ['<<7>>', [text(''), ...call('7', ''), text('')]],
  ['<<a\nb=1>>', [text(''), ...call('a\nb', '1'), text('')]],
  ['<<>>', call('', '')],
  ['<<a>b>>', call('a>b', '')],
  ['<<a', [text('<<a')]],
])('splits %j', (answer, expected) => {
  expect(parts(answer)).toEqual(expected)
})

it('splits as the expression of the reference does, whatever the answer', () => {
  const answer = fc.array(fc.constantFrom('<', '<<', '>', '>>', '1', '=', '\n'), { maxLength: 14 })
  fc.assert(
    fc.property(answer, (pieces) => {
      const joined = pieces.join('')
      const expected = joined
        .split(/(<<[^>]+>>)/)
        .flatMap((piece) =>
          piece.startsWith('<<') && piece.endsWith('>>')
            ? call(piece.slice(2, -2).replace(/=[^=]*$/, ''), /=([^=]*)$/.exec(piece.slice(2, -2))?.[1] ?? '')
            : [text(piece)],
        )
      expect(parts(joined)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

it('splits an answer of 300,000 calls that are never closed', () => {
  const answer = '<<'.repeat(300_000)
  expect(parts(answer)).toEqual([text(answer)])
})

it('refuses a row without an answer', () => {
  expect(() => convertGsm8k({ question: 'q', answer: null })).toThrow(RowFault)
})
