import { expect, it } from 'vitest'

import { largestDivisorBelow } from '../../../../src-renderer/runs/run-state'

it.each([
  [32, 16],
  [9, 3],
  [7, 1],
  [1, null],
])('%i rows a micro-batch can be lowered to %s', (rows, fewer) => {
  expect(largestDivisorBelow(rows)).toBe(fewer)
})
