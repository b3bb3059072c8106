import { expect, it } from 'vitest'

import { finalAnswer, hasRightNumber } from '../../../../src-main/evaluation/final-answer'

it.each([
  ['129.\n#### 129', '129'],
  ['#### 1,234.5', '1234.5'],
  ['#### -7', '-7'],
  ['#### 129.', '129.'],
  ['#### 1 #### 2', '1'],
  ['####129', null],
  ['#### $129', null],
  ['', null],
])('reads the number of %j', (text, number) => {
  expect(finalAnswer(text)).toBe(number)
})

it('compares it with the number of the last message, whose parts end with a text', () => {
  const parts = [
    { type: 'python' as const, text: '6*7' },
    { type: 'python_output' as const, text: '42' },
    { type: 'text' as const, text: 'So #### 1,042' },
  ]
  const conversation = { messages: [{ role: 'assistant' as const, content: parts }] }
  expect(hasRightNumber(conversation, 'It is #### 1042')).toBe(true)
  expect(hasRightNumber(conversation, 'It is #### 42')).toBe(false)
})

it('finds nothing right where the conversation has no number itself', () => {
  const conversation = { messages: [{ role: 'assistant' as const, content: 'I do not know.' }] }
  expect(hasRightNumber(conversation, 'I do not know.')).toBe(false)
  expect(hasRightNumber({ messages: [] }, '')).toBe(false)
})
