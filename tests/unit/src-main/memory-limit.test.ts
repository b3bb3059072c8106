import { totalmem } from 'node:os'
import { expect, test } from 'vitest'

import { memoryLimit } from '../../../src-main/memory-limit'

test('most of the memory, not all of it', () => {
  expect(memoryLimit({})).toBeLessThan(totalmem())
  expect(memoryLimit({})).toBeGreaterThan(0)
})

test('what the variable says', () => {
  expect(memoryLimit({ MIDBENCH_MEMORY_LIMIT: '8000000000' })).toBe(8e9)
})

test.each(['', '0', '8 GB', '-1', '1e9'])('%j is refused', (value) => {
  expect(() => memoryLimit({ MIDBENCH_MEMORY_LIMIT: value })).toThrow(/must be a number of bytes/)
})
