import { beforeAll, describe, expect, it } from 'vitest'
import { viewConversation } from '../../../../src-main/packing/conversation-view'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { goldenPath } from '../../../support/golden'
import { textMixture } from '../../../support/text-mixture'

let tokenizer: Tokenizer
const mixture = textMixture([
  ['hi', 'hello'],
  ['one', 'two'],
  ['a', 'b'],
])

beforeAll(async () => {
  tokenizer = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
})

describe('viewConversation', () => {
  it('reads by place in the mixture', async () => {
    const view = await viewConversation(mixture, tokenizer, { index: 2 })
    expect(view).toMatchObject({ index: 2, task: 0, row: 1 })
    expect(view.conversation.messages[0]?.content).toBe('a')
    expect(view.pieces).toEqual([
      '<|bos|>',
      '<|user_start|>',
      'a',
      '<|user_end|>',
      '<|assistant_start|>',
      'b',
      '<|assistant_end|>',
    ])
    expect(Array.from(view.mask)).toEqual([0, 0, 0, 0, 0, 1, 1])
    expect(view.message).toEqual([-1, 0, 0, 0, 1, 1, 1])
  })

  it('reads by task and row', async () => {
    const view = await viewConversation(mixture, tokenizer, { task: 1, row: 0 })
    expect(view).toMatchObject({ index: null, task: 1, row: 0 })
    expect(view.conversation.messages[0]?.content).toBe('one')
  })

  it('passes on what reading throws', async () => {
    await expect(viewConversation(mixture, tokenizer, { task: 1, row: 9 })).rejects.toThrow('no row 19')
  })
})
