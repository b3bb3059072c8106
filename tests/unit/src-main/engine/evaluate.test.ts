import fc from 'fast-check'
import { expect, test } from 'vitest'

import { addLosses, bitsPerByte, emptySums, evaluate, meanLoss } from '../../../../src-main/engine/evaluate'
import type { TokenBatch } from '../../../../src-main/engine/step-engine'

const BYTES = Int32Array.of(0, 1, 3)

test('special and ignored targets count in neither sum', () => {
  const sums = addLosses(emptySums, Float32Array.of(8, 2, 4, 100), Int32Array.of(0, 1, 2, -1), BYTES)
  expect(sums).toEqual({ nats: 6, bytes: 4, allNats: 14, targets: 3 })
  expect(bitsPerByte(sums)).toBeCloseTo(6 / 4 / Math.LN2, 12)
  expect(meanLoss(sums)).toBeCloseTo(14 / 3, 12)
})

test('without a target that has bytes there is no figure', () => {
  expect(bitsPerByte(addLosses(emptySums, Float32Array.of(1), Int32Array.of(0), BYTES))).toBe(Infinity)
})

test('batches add up, however they are cut', () => {
  const pair = fc.record({ loss: fc.integer({ min: 0, max: 20 }), target: fc.integer({ min: -1, max: 2 }) })
  fc.assert(
    fc.property(fc.array(pair), fc.nat(), (pairs, at) => {
      const cut = pairs.length === 0 ? 0 : at % pairs.length
      const add = (sums: typeof emptySums, part: typeof pairs): typeof emptySums =>
        addLosses(
          sums,
          Float32Array.from(part, ({ loss }) => loss),
          Int32Array.from(part, ({ target }) => target),
          BYTES,
        )
      expect(add(add(emptySums, pairs.slice(0, cut)), pairs.slice(cut))).toEqual(add(emptySums, pairs))
    }),
  )
})

async function* batches(count: number): AsyncGenerator<TokenBatch, void, void> {
  for (let i = 0; i < count; i++) {
    yield await Promise.resolve({
      batchSize: 1,
      seqLen: 1,
      inputs: Int32Array.of(1),
      targets: Int32Array.of(1),
    })
  }
}

test('every batch is evaluated, unless it is interrupted', async () => {
  const engine = { evaluate: () => Promise.resolve(Float32Array.of(2)) }
  expect(await evaluate(engine, batches(3), BYTES)).toMatchObject({ nats: 6, bytes: 3 })
  let asked = 0
  expect(await evaluate(engine, batches(3), BYTES, () => ++asked === 2)).toBeNull()
})
