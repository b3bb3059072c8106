import { expect, test } from 'vitest'

import type { MeasuredQuestion } from '../../../../src-main/evaluation/measurements.schema'
import { askedText, completionParts, wantedAnswer } from '../../../../src-main/evaluation/question-text'

function question(rightAnswer: MeasuredQuestion['conversation']['messages'][number]['content']) {
  const messages: MeasuredQuestion['conversation']['messages'] = [
    { role: 'user', content: 'How many?' },
    { role: 'assistant', content: rightAnswer },
  ]
  return { row: 0, right: true, answer: null, conversation: { messages } }
}

test('what was asked and what was wanted', () => {
  expect(askedText(question('#### 4'))).toBe('How many?')
  expect(wantedAnswer(question('so it is #### 1,004'))).toBe('1004')
  expect(
    wantedAnswer(
      question([
        { type: 'python', text: '2+2' },
        { type: 'python_output', text: '4' },
        { type: 'text', text: ' #### 4' },
      ]),
    ),
  ).toBe('4')
  expect(wantedAnswer({ ...question('B'), letters: ['A', 'B'] })).toBe('B')
  expect(wantedAnswer(question('def f(): return 1'))).toBeNull()
})

test('an answer in its parts: said, asked of the calculator, put in by it', () => {
  const completion = 'It is <|python_start|>2+2<|python_end|><|output_start|>4<|output_end|>, #### 4'
  expect(completionParts(completion)).toEqual([
    { type: 'text', text: 'It is ' },
    { type: 'python', text: '2+2' },
    { type: 'python_output', text: '4' },
    { type: 'text', text: ', #### 4' },
  ])
  expect(completionParts('plain')).toEqual([{ type: 'text', text: 'plain' }])
  expect(completionParts('')).toEqual([])
  expect(completionParts('<|python_start|>2+')).toEqual([{ type: 'python', text: '2+' }])
})
