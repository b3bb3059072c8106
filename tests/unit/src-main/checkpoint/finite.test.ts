import { expect, it } from 'vitest'

import { requireFinite } from '../../../../src-main/checkpoint/finite'
import type { FloatArray } from '../../../../src-main/checkpoint/types'
import { failureOf } from '../../../support/failure'

function parameters(...values: number[][]): Map<string, FloatArray> {
  return new Map(
    values.map((data, i) => [
      `w${String(i)}`,
      { shape: [2, data.length / 2], data: Float32Array.from(data) },
    ]),
  )
}

it('takes any numbers', () => {
  expect(() => {
    requireFinite(parameters([0, -0, 3.4e38, 1e-45], []), 'model.pt')
  }).not.toThrow()
})

it('names each tensor that holds something else, and where it is', async () => {
  const failure = await failureOf(() => {
    requireFinite(parameters([1, 2, 3, NaN, 5, 6], [1, 2], [1, -Infinity]), 'model.pt')
  })
  expect(failure).toMatchObject({
    code: 'checkpoint.not-finite',
    message: 'model.pt: w0 holds NaN at [1, 0]; 1 more tensor is like that.',
    issues: [
      { path: 'w0', message: 'holds NaN at [1, 0]' },
      { path: 'w2', message: 'holds -Infinity at [1, 0]' },
    ],
  })
})
