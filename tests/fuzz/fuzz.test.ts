/**
 * A fixed slice of the damaged inputs that `npm run fuzz` makes: every reader answers each with a value or with an error
 * that says what is wrong, within ten seconds and a gigabyte of memory. What it once found is in the unit tests too.
 */
import { afterAll, describe, expect, it } from 'vitest'

import { damageJson } from './mutations/json'
import { opcodesOf } from './mutations/pickle'
import { describe as described, FuzzHarness } from './harness'
import { SeededRandom } from './random'
import { faultOfWords } from './words'

const SEED = 1
const CASES = 40

describe('every reader answers', () => {
  const harness = new FuzzHarness()
  afterAll(() => harness.close())

  it.each(FuzzHarness.readers)('%s', { timeout: 120_000 }, async (reader) => {
    const found: string[] = []
    for (let number = 0; number < CASES; number++) {
      const judged = await harness.run({ reader, seed: SEED, number })
      if (judged.fault !== null) found.push(described(judged))
    }
    expect(found).toEqual([])
  })
})

describe('the harness', () => {
  it('makes the same case of the same seed and number', () => {
    const input = Buffer.from('{"a":[1,2,{"b":"c"}]}')
    const made = (seed: string): string => damageJson(input, new SeededRandom(seed)).bytes.toString('hex')
    expect(made('1 meta 7')).toBe(made('1 meta 7'))
    expect(new Set(Array.from({ length: 50 }, (_, i) => made(String(i)))).size).toBeGreaterThan(20)
  })

  it('finds where opcodes begin', () => {
    const pickle = Buffer.from('\x80\x02cposix\nsystem\n(X\x04\x00\x00\x00truetR.', 'latin1')
    expect(
      opcodesOf(pickle).map(({ start, end }) => pickle.toString('latin1', start, start + 1) + String(end)),
    ).toEqual(['\x802', 'c16', '(17', 'X26', 't27', 'R28', '.29'])
  })

  it.each([
    ['a right one', { code: 'data.row', message: 'x.jsonl, line 1: the role is missing.' }, null],
    [
      'an exception that nobody named',
      { code: 'internal', message: 'x is not a function' },
      'the code internal',
    ],
    [
      "zod's own words",
      { code: 'a.b', message: 'Invalid input: expected number, received string.' },
      "zod's own words",
    ],
    ['two full stops', { code: 'a.b', message: 'It is cut.. Raise it.' }, 'two full stops'],
    ['a value that is none', { code: 'a.b', message: 'It has undefined rows.' }, 'a value that is none'],
  ])('judges the words of %s', (_, failure, fault) => {
    const judged = faultOfWords(failure)
    if (fault === null) expect(judged).toBeNull()
    else expect(judged).toContain(fault)
  })
})
