/** Prompts: golden's own are checked with categorical.test.ts, which needs them; here, where they end. */
import { expect, test } from 'vitest'

import { promptOf } from '../../../../src-main/tokenizer/prompt'
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
