import { describe, expect, it } from 'vitest'
import { BatchPacker, packBatch } from '../../../../src-main/packing/batch-packer'
import { Checkpoints } from '../../../../src-main/packing/checkpoints'
import { optionsOf } from '../../../support/packing'

/** Checkpoints of a long walk, with the states as they were. */
function walk(batches: number, bufferSize: number): Checkpoints {
  const packer = new BatchPacker(optionsOf({ batchSize: 1, seqLen: 1, bufferSize: 1 }), 100)
  const checkpoints = new Checkpoints({ bufferSize })
  for (let batch = 0; batch < batches; batch++) {
    checkpoints.consider(batch, packer)
    packBatch(packer, () => 1)
  }
  return checkpoints
}

describe('Checkpoints', () => {
  it('keeps every state while there are few', () => {
    const checkpoints = walk(50, 100)
    for (const batch of [0, 1, 30, 49]) expect(checkpoints.before(batch)?.batches).toBe(batch)
    expect(checkpoints.before(500)?.batches).toBe(49)
  })

  it('thins itself out, and stays near', () => {
    const checkpoints = walk(1000, 100_000)
    for (const batch of [0, 7, 500, 999]) {
      const before = checkpoints.before(batch)?.batches ?? Infinity
      expect(before).toBeLessThanOrEqual(batch)
      expect(batch - before).toBeLessThanOrEqual(32)
    }
  })

  it('has nothing before it is walked', () => {
    expect(new Checkpoints({ bufferSize: 10 }).before(3)).toBeUndefined()
  })

  it('passes over batches that it already has', () => {
    const checkpoints = walk(10, 100)
    checkpoints.consider(3, new BatchPacker(optionsOf(), 10))
    expect(checkpoints.before(3)?.batches).toBe(3)
    expect(checkpoints.before(20)?.batches).toBe(9)
  })
})
