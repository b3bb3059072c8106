import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { conversation } from '../../../../src-main/data/conversation.schema'
import { renderConversation } from '../../../../src-main/tokenizer/render'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenPath, readGolden } from '../../../support/golden'

const tokenizer = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
const golden = readGolden(
  'mixture.json',
  z.object({
    render: z.array(
      z.object({
        conversation: conversation.shape.messages,
        ids: z.array(z.int()),
        mask: z.array(z.int()),
      }),
    ),
  }),
).render

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string | { type: string; text: string }[]) => ({ role: 'assistant', content })

const supervised = (mask: Uint8Array): number => mask.reduce((sum, bit) => sum + bit, 0)

describe('renderConversation', () => {
  it.each(golden.map((one, i) => [i, one] as const))('renders golden conversation %i', (_, expected) => {
    const rendered = renderConversation(tokenizer, { messages: expected.conversation })
    expect([...rendered.ids]).toEqual(expected.ids)
    expect([...rendered.mask]).toEqual(expected.mask)
  })

  it('merges a leading system message into the user message', () => {
    const apart = renderConversation(tokenizer, {
      messages: [{ role: 'system', content: 'be kind' }, user('hi'), assistant('yes')],
    })
    const joined = renderConversation(tokenizer, { messages: [user('be kind\n\nhi'), assistant('yes')] })
    expect(apart.ids).toEqual(joined.ids)
    expect(apart.mask).toEqual(joined.mask)
    expect([...new Set(apart.message)]).toEqual([-1, 1, 2])
  })

  it('masks parts by what the assistant says itself', () => {
    const { specials } = tokenizer
    const [a = 0] = tokenizer.encodeOrdinary('a')
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'python', text: 'a' },
      { type: 'python_output', text: 'a' },
      { type: 'text', text: '' },
    ]
    const rendered = renderConversation(tokenizer, { messages: [user('a'), assistant(parts)] })
    expect([...rendered.ids]).toEqual([
      ...[specials['<|bos|>'], specials['<|user_start|>'], a, specials['<|user_end|>']],
      ...[specials['<|assistant_start|>'], a, specials['<|python_start|>'], a, specials['<|python_end|>']],
      ...[specials['<|output_start|>'], a, specials['<|output_end|>'], specials['<|assistant_end|>']],
    ])
    expect([...rendered.mask]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1])
    expect([...rendered.message]).toEqual([-1, 0, 0, 0, ...new Array<number>(9).fill(1)])
  })

  it('takes special tokens in a text for plain text', () => {
    const { ids } = renderConversation(tokenizer, {
      messages: [user('<|bos|>'), assistant('<|output_end|>')],
    })
    expect(ids.filter((id) => id === tokenizer.specials['<|bos|>'])).toHaveLength(1)
    expect(tokenizer.decode(ids)).toContain('<|user_start|><|bos|><|user_end|>')
  })

  it('cuts at 2048 ids, and where it is told to', () => {
    const messages = [user('x '.repeat(3000)), assistant('never seen')]
    const rendered = renderConversation(tokenizer, { messages })
    expect([rendered.ids.length, rendered.mask.length, rendered.message.length]).toEqual([2048, 2048, 2048])
    const short = renderConversation(tokenizer, { messages }, 7)
    expect([...short.ids]).toEqual([...rendered.ids.subarray(0, 7)])
  })

  it('counts what it cuts off, in the text that is cut and in those after it', () => {
    const messages = [user('x '.repeat(3000)), assistant('never seen')]
    const whole = renderConversation(tokenizer, { messages }, 1e6)
    expect(whole.cut).toBe(0)
    for (const limit of [7, 2048, whole.ids.length - 1, whole.ids.length]) {
      const { ids, mask, cut, supervisedCut } = renderConversation(tokenizer, { messages }, limit)
      expect(supervised(mask) + supervisedCut).toBe(supervised(whole.mask))
      expect(ids.length).toBe(limit)
      expect(ids.length + cut).toBe(whole.ids.length)
    }
  })

  it.each([
    ['no messages', [], 'messages.0.role'],
    ['an assistant first', [assistant('a')], 'messages.0.role'],
    ['two users', [user('a'), user('b')], 'messages.1.role'],
    ['a system message in the middle', [user('a'), { role: 'system', content: 'b' }], 'messages.1.role'],
    ['a system message alone', [{ role: 'system', content: 'a' }], 'messages.1.role'],
    ['a fault past the cut', [user('x '.repeat(3000)), user('b')], 'messages.1.role'],
    [
      'a part of an unknown type',
      [user('a'), assistant([{ type: 'image', text: '' }])],
      'messages.1.content',
    ],
    ['parts from a user', [{ role: 'user', content: [{ type: 'text', text: 'a' }] }], 'messages.0.content'],
  ])('refuses %s', async (_, messages, path) => {
    const failure = await failureOf(() => renderConversation(tokenizer, { messages }))
    expect(failure.code).toBe('conversation.invalid')
    expect(failure.issues?.map((issue) => issue.path)).toEqual([path])
  })
})
