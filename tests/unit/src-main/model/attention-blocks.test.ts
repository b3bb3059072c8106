import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

import { maskOf, queryBlocks, windowMask } from '../../../../src-main/model/attention-blocks'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { expectNoLeak, valuesOf } from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

describe('queryBlocks', () => {
  it('gives each block the keys that its window reaches, from a block boundary on', () => {
    expect(queryBlocks(10, 10, 4)).toEqual([
      { start: 0, end: 4, from: 0 },
      { start: 4, end: 8, from: 0 },
      { start: 8, end: 10, from: 0 },
    ])
    expect(queryBlocks(16, 3, 4).map(({ from }) => from)).toEqual([0, 0, 4, 8])
    expect(queryBlocks(16, 4, 4).map(({ from }) => from)).toEqual([0, 0, 4, 8])
    expect(queryBlocks(16, 5, 4).map(({ from }) => from)).toEqual([0, 0, 0, 4])
  })
})

describe('the mask', () => {
  it('is 1 exactly where 0 <= i - j <= window, for every block', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 45 }),
        fc.integer({ min: 1, max: 16 }),
        (length, window, rows) => {
          const blocks = queryBlocks(length, window, rows)
          const mask = windowMask(blocks, window)
          const seen = blocks.flatMap((block) => {
            const { start, end, from } = block
            const part = maskOf(block, mask)
            expect(part.shape).toEqual([end - start, end - from])
            const values = valuesOf(part)
            return Array.from({ length: end - start }, (_, r) =>
              Array.from({ length }, (_, j) =>
                j < from || j >= end ? 0 : values[r * (end - from) + j - from],
              ),
            )
          })
          const wanted = Array.from({ length }, (_, i) =>
            Array.from({ length }, (_, j) => (i - j >= 0 && i - j <= window ? 1 : 0)),
          )
          expect(seen).toEqual(wanted)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('leaks nothing', () => {
    expectNoLeak(() => windowMask(queryBlocks(9, 4, 4), 4))
  })
})
