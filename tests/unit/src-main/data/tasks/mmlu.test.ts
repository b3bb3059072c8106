import { expect, it } from 'vitest'
import { convertMmlu } from '../../../../../src-main/data/tasks/mmlu'
import { RowFault } from '../../../../../src-main/data/tasks/row-fault'

const row = { question: 'Q', choices: ['w', 'x', 'y', 'z'], answer: 2n }

it('asks for a letter and answers with it', () => {
  expect(convertMmlu(row).messages).toEqual([
    {
      role: 'user',
      content:
        'Multiple Choice question: Q\n- w=A\n- x=B\n- y=C\n- z=D\n\nRespond only with the letter of the correct answer.',
    },
    { role: 'assistant', content: 'C' },
  ])
})

it.each([
  ['five choices', { choices: ['v', 'w', 'x', 'y', 'z'] }, 'choices'],
  ['an answer that is no choice', { answer: 4n }, 'answer'],
  ['a negative answer', { answer: -1 }, 'answer'],
  ['no question', { question: null }, 'question'],
])('refuses %s', (_, change, field) => {
  expect(() => convertMmlu({ ...row, ...change })).toThrow(RowFault)
  expect(() => convertMmlu({ ...row, ...change })).toThrow(field)
})
