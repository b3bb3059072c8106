import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROLES, RoleReader } from '../../../../src-main/packing/token-roles'
import { renderConversation } from '../../../../src-main/tokenizer/render'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { goldenPath } from '../../../support/golden'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
})

const part = fc.record({
  type: fc.constantFrom('text' as const, 'python' as const, 'python_output' as const),
  text: fc.string({ maxLength: 8 }),
})
const exchange = fc.tuple(
  fc.string({ maxLength: 12 }),
  fc.oneof(fc.string({ maxLength: 12 }), fc.array(part)),
)

describe('RoleReader', () => {
  it('reads the mask that rendering gives, from the ids alone, at any cut', () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 4 }), fc.nat(), (exchanges, cut) => {
        const messages = exchanges.flatMap(([question, answer]) => [
          { role: 'user', content: question },
          { role: 'assistant', content: answer },
        ])
        const { ids, mask } = renderConversation(tokenizer, { messages })
        const kept = ids.subarray(0, 1 + (cut % ids.length))
        const read = { roles: new Uint8Array(kept.length), mask: new Uint8Array(kept.length) }
        const reader = new RoleReader(tokenizer)
        reader.read(kept, read.roles, read.mask)
        expect(read.mask).toEqual(mask.subarray(0, kept.length))
      }),
    )
  })

  it('tells whose words they are', () => {
    const messages = [
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'b' },
          { type: 'python', text: 'c' },
          { type: 'python_output', text: 'd' },
          { type: 'text', text: 'e' },
        ],
      },
    ]
    const { ids } = renderConversation(tokenizer, { messages })
    const roles = new Uint8Array(ids.length)
    new RoleReader(tokenizer).read(ids, roles, new Uint8Array(ids.length))
    const { structure: s, user, assistant, python, output } = ROLES
    expect(Array.from(roles)).toEqual([s, s, user, s, s, assistant, s, python, s, s, output, s, assistant, s])
  })

  it('takes the name of a special token in a text for text', () => {
    const messages = [{ role: 'user', content: '<|assistant_start|>' }]
    const { ids } = renderConversation(tokenizer, { messages })
    const mask = new Uint8Array(ids.length)
    new RoleReader(tokenizer).read(ids, new Uint8Array(ids.length), mask)
    expect(mask.some((m) => m === 1)).toBe(false)
  })
})
