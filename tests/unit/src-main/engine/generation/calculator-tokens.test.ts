/** When the calculator's result is forced into an answer, and when nothing is. */
import { expect, test } from 'vitest'

import { withCalculator } from '../../../../../src-main/engine/generation/calculator-tokens'
import { loadTokenizer } from '../../../../../src-main/tokenizer/tokenizer'
import { goldenTokenizerDir } from '../../../../support/golden-mixture'

const tokenizer = await loadTokenizer(goldenTokenizerDir)
const { specials } = tokenizer
const START = specials['<|python_start|>']
const END = specials['<|python_end|>']
const text = (of: string): number[] => [...tokenizer.encodeOrdinary(of)]
const output = (of: string): number[] => [
  specials['<|output_start|>'],
  ...text(of),
  specials['<|output_end|>'],
]

/** What is forced after the last of some ids; nothing is after the others. */
function forcedAfter(ids: number[]): readonly number[] {
  const follow = withCalculator(tokenizer)()
  const forced = ids.map((id) => follow(id))
  expect(forced.slice(0, -1).flat()).toEqual([])
  return forced.at(-1) ?? []
}

test.each([
  ['an expression', [START, ...text('6*7'), END], output('42')],
  ['a text before it', [...text('so '), START, ...text('1,000/3'), END], output('333.3333333333333')],
  ['a start within', [START, ...text('1+'), START, ...text('2+3'), END], output('5')],
  ['no number', [START, ...text('six'), END], []],
  ['nothing', [START, END], []],
  ['an end without a start', [...text('6*7'), END], []],
])('after %s', (_, ids, expected) => {
  expect(forcedAfter(ids)).toEqual(expected)
})

test('samples are followed apart, and one after another is computed', () => {
  const make = withCalculator(tokenizer)
  const [one, other] = [make(), make()]
  one(START)
  for (const id of text('2*3')) one(id)
  expect(other(END)).toEqual([])
  expect(one(END)).toEqual(output('6'))
  expect([START, ...text('1+1'), END].flatMap((id) => [...one(id)])).toEqual(output('2'))
})
