import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CPythonRandom } from '../../../../../src-main/data/random/cpython-random'
import { readGolden } from '../../../../support/golden'

const figures = z.object({
  random: z.array(z.number()),
  choice_index_of_370105: z.array(z.number()),
  choice_index_of_3: z.array(z.number()),
  shuffle_20: z.array(z.number()),
  shuffle_100003_sha256_le_u32: z.string(),
})
const golden = readGolden(
  'rng.json',
  z.object({ cpython_random: z.record(z.string(), figures) }),
).cpython_random

const indices = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i)

describe.each(Object.entries(golden))('CPython Random(%s)', (seed, expected) => {
  it('draws floats, choices and two shuffles one after the other', () => {
    const random = new CPythonRandom(Number(seed))
    const many = indices(370105)
    const few = [...indices(20)]
    expect(expected.random.map(() => random.random())).toEqual(expected.random)
    expect(expected.choice_index_of_370105.map(() => random.choice(many))).toEqual(
      expected.choice_index_of_370105,
    )
    expect(expected.choice_index_of_3.map(() => random.choice([0, 1, 2]))).toEqual(expected.choice_index_of_3)
    random.shuffle(few)
    expect(few).toEqual(expected.shuffle_20)
    const long = indices(100003)
    random.shuffle(long)
    expect(createHash('sha256').update(long).digest('hex')).toBe(expected.shuffle_100003_sha256_le_u32)
  })
})

describe('CPythonRandom', () => {
  it('seeds with more than 32 bits as CPython does', () => {
    // python -c "import random; print(random.Random(2**40 + 7).random())"
    expect(new CPythonRandom(2 ** 40 + 7).random()).toBe(0.6137037779936511)
  })

  it('refuses what is no seed and no bound', () => {
    expect(() => new CPythonRandom(-1)).toThrow(RangeError)
    expect(() => new CPythonRandom(0.5)).toThrow(RangeError)
    expect(() => new CPythonRandom(1).below(0)).toThrow(RangeError)
    expect(() => new CPythonRandom(1).choice([])).toThrow(RangeError)
  })
})
