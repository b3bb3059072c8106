import { describe, expect, it } from 'vitest'

import { NEW_TALK, type Talk } from '../../../../src-renderer/talk/conversation'
import { promptFor } from '../../../../src-renderer/talk/prompt'
import { exchange, take } from './samples'

const first = take('a', ['Hi', '!'])
const other = take('b', ['Hey'])
const talk: Talk = {
  ...NEW_TALK,
  system: 'Be brief',
  exchanges: [exchange('1', 'Hello', first, other), exchange('2', 'How are you?')],
}
const idsOf = (of: typeof first): number[] => of.answers.flatMap(({ tokens }) => tokens.map(({ id }) => id))

describe('what a model is given', () => {
  it('is what was said, with its own answers and their ids', () => {
    expect(promptFor(talk, '2', 1)).toEqual({
      as: 'conversation',
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hey', tokens: { ids: idsOf(other), tokenizer: 'T' } },
        { role: 'user', content: 'How are you?' },
      ],
    })
  })
  it('has the first model’s answers where it was not asked', () => {
    const alone: Talk = { ...talk, exchanges: [exchange('1', 'Hello', first), exchange('2', 'And?')] }
    const prompt = promptFor(alone, '2', 1)
    expect(prompt.as === 'conversation' && prompt.messages[2]).toMatchObject({ content: 'Hi!' })
  })
  it('has what a person wrote in an answer’s place, without ids', () => {
    const written = { ...first, answers: first.answers.map((each) => ({ ...each, written: 'Good day' })) }
    const corrected: Talk = { ...talk, exchanges: [exchange('1', 'Hello', written), exchange('2', 'And?')] }
    const prompt = promptFor(corrected, '2', 0)
    expect(prompt.as === 'conversation' && prompt.messages[2]).toEqual({
      role: 'assistant',
      content: 'Good day',
    })
  })
  it('ends before the answer that is asked for again', () => {
    expect(promptFor({ ...talk, system: '' }, '1', 0)).toEqual({
      as: 'conversation',
      messages: [{ role: 'user', content: 'Hello' }],
    })
  })
  it('is one text without chat tokens', () => {
    expect(promptFor({ ...talk, raw: true }, '2', 0)).toEqual({ as: 'text', text: 'HelloHi!How are you?' })
  })
})
