import { expect, test } from 'vitest'

import { hasBfloat16, processorFlags } from '../../../src-main/processor'

test.each([
  [['avx2', 'avx512f', 'amx_bf16'], true],
  [['avx512f', 'avx512_bf16'], true],
  [['avx', 'avx2', 'avx512f'], false],
  [[], null],
])('a processor with %j: %j', (flags, expected) => {
  expect(hasBfloat16(new Set(flags))).toBe(expected)
})

test('the flags of this machine are words', () => {
  for (const flag of processorFlags()) expect(flag).toMatch(/^\w+$/)
})
