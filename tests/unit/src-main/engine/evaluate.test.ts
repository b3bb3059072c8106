import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  addLosses,
  addTaskLosses,
  bitsPerByte,
  emptySums,
  evaluate,
  meanLoss,
  perTask,
  type EvaluationSums,
} from '../../../../src-main/engine/evaluate'
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

/** Rows of 5 ids: two conversations in the first, one in the second with its end padded. */
const SPANS = [
  { row: 0, offset: 0, length: 3, task: 0 },
  { row: 0, offset: 3, length: 2, task: 2 },
  { row: 1, offset: 0, length: 3, task: 1 },
].map((span, conversation) => ({ ...span, conversation, cropped: 0, taskRow: 0 }))
const BATCH = {
  batchSize: 2,
  seqLen: 4,
  inputs: new Int32Array(8),
  targets: Int32Array.of(1, 2, 0, 1, 2, 2, -1, -1),
  spans: SPANS,
}
const LOSSES = Float32Array.of(1, 2, 4, 8, 16, 32, 64, 128)

test('a target belongs to the task in whose span it lies, the first id of a conversation included', () => {
  const tasks = new Map<number, EvaluationSums>()
  addTaskLosses(tasks, LOSSES, BATCH, BYTES)
  expect(tasks.get(0)).toEqual({ nats: 3, bytes: 4, allNats: 3, targets: 2 })
  expect(tasks.get(2)).toEqual({ nats: 8, bytes: 1, allNats: 12, targets: 2 })
  expect(tasks.get(1)).toEqual({ nats: 48, bytes: 6, allNats: 48, targets: 2 })
})

test('the figures of the tasks add up to the total, repeats of an entry taken together', async () => {
  async function* twice(): AsyncGenerator<typeof BATCH, void, void> {
    yield await Promise.resolve(BATCH)
    yield BATCH
  }
  const sums = await evaluate({ evaluate: () => Promise.resolve(LOSSES) }, twice(), BYTES)
  const task = (index: number, entry: number) => ({
    index,
    entry,
    name: 'CustomJSON',
    label: `entry ${entry}`,
  })
  const figures = perTask(sums?.byTask ?? new Map(), [task(0, 0), task(1, 0), task(2, 1), task(3, 2)])
  expect(figures.map(({ entry, targets, bytes }) => [entry, targets, bytes])).toEqual([
    [0, 8, 20],
    [1, 4, 2],
    [2, 0, 0],
  ])
  expect(figures[2]).toMatchObject({ val_bpb: null, loss: null, label: 'entry 2' })
  const nats = figures.reduce((sum, { val_bpb, bytes }) => sum + (val_bpb ?? 0) * Math.LN2 * bytes, 0)
  expect(nats).toBeCloseTo(sums?.nats ?? NaN, 9)
  expect(sums).toMatchObject({ bytes: 22, targets: 12 })
})

test('every batch is evaluated, unless it is interrupted', async () => {
  const engine = { evaluate: () => Promise.resolve(Float32Array.of(2)) }
  expect(await evaluate(engine, batches(3), BYTES)).toMatchObject({ nats: 6, bytes: 3 })
  let asked = 0
  expect(await evaluate(engine, batches(3), BYTES, () => ++asked === 2)).toBeNull()
})
