import { describe, expect, it } from 'vitest'
import { lossAt, lossClass, tokenLosses } from '../../../../src-renderer/packing/losses'

const extent = { columns: 4, rows: 2 }
const losses = Float32Array.from([0.5, 1, 2.4, 3, 0.25, 0])

describe('the scale', () => {
  it('ends at a whole number of nats that nearly all tokens stay below', () => {
    expect(tokenLosses({ losses }).top).toBe(3)
    const spiky = Float32Array.from({ length: 1000 }, (_, i) => (i === 500 ? 40 : 2.5))
    expect(tokenLosses({ losses: spiky }).top).toBe(3)
  })

  it('is at least a nat, also where nothing is lost or nothing counts', () => {
    expect(tokenLosses({ losses: new Float32Array(4) }).top).toBe(1)
    expect(tokenLosses({ losses: new Float32Array(0) }).top).toBe(1)
  })

  it('has a class from its start to its end, and none beyond', () => {
    expect([0, 0.99, 1, 2.9, 3, 99].map((loss) => lossClass(loss, 3, 3))).toEqual([0, 0, 1, 2, 2, 2])
  })
})

describe('the loss of a token', () => {
  const known = tokenLosses({ losses })

  it('is that of the target at the position before', () => {
    expect(lossAt(known, extent, { row: 0, position: 1 })).toBe(0.5)
    expect(lossAt(known, extent, { row: 1, position: 2 })).toBe(0.25)
  })

  it('is not there for a row’s first, which nothing predicts, nor for one that is no target', () => {
    expect(lossAt(known, extent, { row: 1, position: 0 })).toBeNull()
    const some = tokenLosses({ losses: Float32Array.of(NaN, 1, 2, NaN, NaN, 0) })
    expect(some.top).toBe(1)
    expect([1, 2].map((position) => lossAt(some, extent, { row: 0, position }))).toEqual([null, 1])
    expect(lossClass(NaN, 3, 3)).toBe(0)
  })
})
