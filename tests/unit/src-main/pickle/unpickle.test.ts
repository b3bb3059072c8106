import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MidbenchError } from '../../../../src-main/errors'
import { PickleObject, type PickleValue } from '../../../../src-main/pickle/pickle-value'
import { unpickle } from '../../../../src-main/pickle/unpickle'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { pickle } from '../../../support/pickle-writer'

const GLOBALS = new Set(['tiktoken.core.Encoding', 'collections.OrderedDict'])
const read = (bytes: Uint8Array): PickleValue => unpickle(bytes, { what: 'a.pkl', globals: GLOBALS })
const readRaw = (...raw: (number | string)[]): PickleValue => read(pickle({ raw }))

describe('unpickle', () => {
  it('reads a pickled Encoding as a description', () => {
    const value = read(readFileSync(goldenPath('nanochat_base/tokenizer/tokenizer.pkl')))
    if (!(value instanceof PickleObject)) throw new Error('no object')
    expect(value.global).toBe('tiktoken.core.Encoding')
    expect(value.args).toEqual([])
    expect(value.state instanceof Map && [...value.state.keys()]).toEqual([
      'name',
      'pat_str',
      'mergeable_ranks',
      'special_tokens',
    ])
  })

  it('reads numbers, singletons, lists and tuples', () => {
    // python: pickle.dumps([None, True, False, -2, 300, 70000, 2**40, 2**70, 1.5, (1,), (1, 2), ()], 4)
    const bytes = Buffer.from(
      '8004953c000000000000005d94284e88894afeffffff4d2c014a701101008a060000000000018a0900000000000000' +
        '0040473ff80000000000004b0185944b014b02869429652e',
      'hex',
    )
    expect(read(bytes)).toEqual([null, true, false, -2, 300, 70000, 2 ** 40, 2n ** 70n, 1.5, [1], [1, 2], []])
  })

  it('reads shared values through the memo', () => {
    // python: s = 'ab'; pickle.dumps([s, s], 2)
    expect(readRaw(']', 'q', 0, '(', 'X', 2, 0, 0, 0, 'ab', 'q', 1, 'h', 1, 'e')).toEqual(['ab', 'ab'])
  })

  it('collects the items and the state of an object', () => {
    const value = readRaw(
      'c',
      'collections\nOrderedDict\n',
      ')',
      'R',
      'X',
      1,
      0,
      0,
      0,
      'k',
      'K',
      7,
      's',
      '}',
      'b',
    )
    if (!(value instanceof PickleObject)) throw new Error('no object')
    expect([...value.items]).toEqual([['k', 7]])
    expect(value.state).toEqual(new Map())
  })

  it.each([
    ['os.system by GLOBAL', ['c', 'os\nsystem\n', 'X', 2, 0, 0, 0, 'id', 0x85, 'R'], 'os.system'],
    ['eval by STACK_GLOBAL', [0x8c, 8, 'builtins', 0x8c, 4, 'eval', 0x93], 'builtins.eval'],
    ['a nested name', [0x8c, 13, 'tiktoken.core', 0x8c, 17, 'Encoding.__init__', 0x93], 'Encoding.__init__'],
    ['INST', ['(', 'i', 'os\nsystem\n'], 'opcode 0x69'],
    ['OBJ', ['(', 'o'], 'opcode 0x6f'],
    ['EXT1', [0x82, 1], 'opcode 0x82'],
    ['NEWOBJ_EX', [0x92], 'opcode 0x92'],
    ['a persistent id', ['N', 'Q'], 'persistent id'],
    ['a call of a list', [']', ')', 'R'], 'no global'],
    ['a state for a list', [']', '}', 'b'], 'no object'],
    ['an unset memo slot', ['h', 9], 'memo slot 9'],
    ['an empty stack', ['0'], 'opcode 0x30'],
    ['a mark that is missing', ['t'], 'mark'],
    ['a huge integer', [0x8b, 255, 255, 255, 127], 'an integer of'],
    ['a length past the end', ['X', 255, 0, 0, 0, 'a'], 'ends in the middle'],
  ])('refuses %s by name', async (_, raw, named) => {
    const failure = await failureOf(() => readRaw(...raw))
    expect(failure.code).toBe('pickle.refused')
    expect(failure.message).toContain('a.pkl')
    expect(failure.message).toContain(named)
  })

  it('refuses protocols 1 and 6', async () => {
    for (const protocol of [1, 6]) {
      const failure = await failureOf(() => read(Buffer.from([0x80, protocol, 0x4e, 0x2e])))
      expect(failure.message).toContain(`protocol ${String(protocol)}`)
    }
  })

  it('refuses every cut of a file, and survives any damage to it', () => {
    const whole = pickle(
      new Map<string, string | Uint8Array>([
        ['name', 'x'],
        ['ranks', Buffer.from([1, 2])],
      ]),
    )
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow(MidbenchError)
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Uint8Array.from(whole)
        damaged[at] = byte
        try {
          read(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(MidbenchError)
        }
      }),
    )
  })
})
