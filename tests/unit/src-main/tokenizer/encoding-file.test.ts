import { describe, expect, it } from 'vitest'
import { parseEncoding } from '../../../../src-main/tokenizer/encoding-file'
import { failureOf } from '../../../support/failure'
import { pickle, pickleEncoding, type Pickled } from '../../../support/pickle-writer'

const bytes = (...values: number[]): Uint8Array => Buffer.from(values)
const fields = (): Map<Pickled, Pickled> =>
  new Map<Pickled, Pickled>([
    ['name', 'x'],
    ['pat_str', 'p'],
    [
      'mergeable_ranks',
      new Map([
        [bytes(97), 0],
        [bytes(98), 1],
      ]),
    ],
    ['special_tokens', new Map([['<|bos|>', 2]])],
  ])
const changed = (key: string, value: Pickled): Uint8Array => pickleEncoding(fields().set(key, value))

describe('parseEncoding', () => {
  it('reads name, pattern, ranks and special tokens', () => {
    const data = parseEncoding(pickleEncoding(fields()), 'a.pkl')
    expect(data.name).toBe('x')
    expect(data.pattern).toBe('p')
    expect(data.tokens.map((token) => [...token])).toEqual([[97], [98]])
    expect([...data.specials]).toEqual([['<|bos|>', 2]])
  })

  it.each([
    ['a plain dict', pickle(fields()), 'does not hold a tiktoken Encoding'],
    ["a name of tiktoken's own", pickleEncoding('cl100k_base'), 'only names'],
    ['an unknown field', changed('evil', 'x'), 'unknown field evil'],
    ['a name that is no string', changed('name', 1), 'name is no string'],
    ['a pattern that is no string', changed('pat_str', 1), 'pat_str is no string'],
    ['ranks that are no dict', changed('mergeable_ranks', 'x'), 'no dict'],
    ['a token that is no bytes', changed('mergeable_ranks', new Map([['a', 0]])), 'no bytes'],
    ['an empty token', changed('mergeable_ranks', new Map([[bytes(), 0]])), 'no bytes'],
    ['a hole in the ranks', changed('mergeable_ranks', new Map([[bytes(97), 1]])), 'the rank 1'],
    [
      'a rank twice',
      changed(
        'mergeable_ranks',
        new Map([
          [bytes(97), 0],
          [bytes(98), 0],
        ]),
      ),
      'the rank 0',
    ],
    ['a special id among the ranks', changed('special_tokens', new Map([['<|bos|>', 1]])), '<|bos|>'],
    ['a special id beyond', changed('special_tokens', new Map([['<|bos|>', 3]])), '<|bos|>'],
  ])('refuses %s', async (_, file, named) => {
    const failure = await failureOf(() => parseEncoding(file, 'a.pkl'))
    expect(failure.code).toBe('tokenizer.invalid')
    expect(failure.message).toContain('a.pkl')
    expect(failure.message).toContain(named)
  })

  it('refuses a missing field', async () => {
    const state = fields()
    state.delete('special_tokens')
    const failure = await failureOf(() => parseEncoding(pickleEncoding(state), 'a.pkl'))
    expect(failure.message).toContain('no special_tokens')
  })
})
