/** Prompts: golden's own are checked with categorical.test.ts, which needs them; here, where they end. */
import { expect, test } from 'vitest'

import { promptOf, promptOfMessages } from '../../../../src-main/tokenizer/prompt'
import { renderConversation } from '../../../../src-main/tokenizer/render'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenTokenizerDir } from '../../../support/golden-mixture'

const tokenizer = await loadTokenizer(goldenTokenizerDir)
const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

test('a conversation is answered after its last question, and an answer that is there is left out', () => {
  const asked = [user('one'), assistant('two'), user('three')]
  const { ids } = renderConversation(tokenizer, { messages: asked })
  const expected = Int32Array.from([...ids, tokenizer.specials['<|assistant_start|>']])
  expect(promptOf(tokenizer, { messages: asked })).toEqual(expected)
  expect(promptOf(tokenizer, { messages: [...asked, assistant('four')] })).toEqual(expected)
})

test('a long prompt is not cut', () => {
  const long = 'word '.repeat(3000)
  expect(promptOf(tokenizer, { messages: [user(long)] }).length).toBeGreaterThan(3000)
})

test.each([[[]], [[assistant('hello')]], [[{ role: 'system', content: 'be kind' }]]])(
  '%j has nothing to answer',
  async (messages) => {
    const failure = await failureOf(() => promptOf(tokenizer, { messages }))
    expect(failure.code).toBe('conversation.invalid')
  },
)

test('an answer that comes with its ids is read as them where they are of this tokenizer, and encoded elsewhere', () => {
  const { fingerprint, specials } = tokenizer
  const ids = [5, specials['<|python_start|>'], 6]
  const asked = (of: string) => [
    user('one'),
    { ...assistant('two'), tokens: { ids, tokenizer: of } },
    user('three'),
  ]
  const own = promptOfMessages(tokenizer, asked(fingerprint))
  const around = [specials['<|assistant_start|>'], ...ids, specials['<|assistant_end|>']]
  const encoded = promptOfMessages(tokenizer, asked('another'))
  expect(encoded.ids).toEqual(promptOf(tokenizer, { messages: asked('another') }))
  const before = encoded.message.indexOf(1)
  const after = encoded.message.indexOf(2)
  expect([...own.ids]).toEqual([...encoded.ids.slice(0, before), ...around, ...encoded.ids.slice(after)])
  expect(own.message).toEqual([
    ...encoded.message.slice(0, before),
    ...around.map(() => 1),
    ...encoded.message.slice(after),
  ])
  expect(own.message.at(-1)).toBe(-1) // the token that opens the answer
})

test('ids of a message that is the user’s are no answer’s: its text is read', () => {
  const tokens = { ids: [5], tokenizer: tokenizer.fingerprint }
  expect(promptOfMessages(tokenizer, [{ ...user('one'), tokens }]).ids).toEqual(
    promptOf(tokenizer, { messages: [user('one')] }),
  )
})
