import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { numpyPermutation } from '../../../../../src-main/data/random/numpy-permutation'
import { readGolden } from '../../../../support/golden'

const figures = z.object({ head: z.array(z.number()), sha256_le_i64: z.string() })
const golden = readGolden(
  'rng.json',
  z.object({ numpy_default_rng_permutation: z.record(z.string(), figures) }),
)

it.each(Object.entries(golden.numpy_default_rng_permutation))('default_rng(seed:n) %s', (name, expected) => {
  const [seed, n] = name.split(':').map(Number)
  const order = numpyPermutation(seed ?? 0, n ?? 0)
  expect([...order.subarray(0, expected.head.length)]).toEqual(expected.head)
  const wide = BigInt64Array.from(order, BigInt)
  expect(createHash('sha256').update(wide).digest('hex')).toBe(expected.sha256_le_i64)
})

it('permutes nothing and one', () => {
  expect([...numpyPermutation(42, 0)]).toEqual([])
  expect([...numpyPermutation(42, 1)]).toEqual([0])
})
