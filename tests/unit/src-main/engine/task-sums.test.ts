import fc from 'fast-check'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'

import { addedSums, meanByTask, taskSums, tasksOfTargets } from '../../../../src-main/engine/task-sums'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { expectNoLeak } from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

test('a target belongs to the task in whose conversation it lies; a row’s first id is no target, padding is nobody’s', () => {
  const span = { cropped: 0, conversation: 0, taskRow: 0 }
  const spans = [
    { ...span, row: 0, offset: 0, length: 3, task: 0 },
    { ...span, row: 0, offset: 3, length: 2, task: 1 },
    { ...span, row: 1, offset: 0, length: 4, task: 2 },
  ]
  // Rows of 5 ids: a a a b b | c c c c pad; targets are the last 4 of each. Tasks 0 and 2 repeat one entry.
  expect([...tasksOfTargets({ spans, batchSize: 2, seqLen: 4 }, [1, 0, 1])]).toEqual([
    1, 1, 0, 0, 1, 1, 1, -1,
  ])
  expect([...tasksOfTargets({ spans, batchSize: 2, seqLen: 4 }, [])]).toEqual(Array(8).fill(-1))
})

test('the sums are those that counting one by one gives', () => {
  const target = fc.record({ loss: fc.float({ min: 0, max: 20, noNaN: true }), id: fc.integer({ min: -1, max: 3 }), task: fc.integer({ min: -1, max: 2 }) }) // prettier-ignore
  fc.assert(
    fc.property(fc.array(target, { minLength: 1, maxLength: 40 }), (all) => {
      const sums = tf.tidy(() => {
        const { nats, targets } = taskSums(
          tf.tensor1d(all.map(({ loss }) => loss)),
          tf.tensor1d(all.map(({ id }) => id), 'int32'), // prettier-ignore
          tf.tensor1d(all.map(({ task }) => task), 'int32'), // prettier-ignore
          3,
        )
        return { nats: [...nats.dataSync()], targets: [...targets.dataSync()] }
      })
      for (const task of [0, 1, 2]) {
        const own = all.filter((each) => each.task === task && each.id >= 0)
        expect(sums.targets[task]).toBe(own.length)
        expect(sums.nats[task]).toBeCloseTo(
          own.reduce((sum, { loss }) => sum + loss, 0),
          3,
        )
      }
    }),
    { numRuns: 30 },
  )
})

test('micro-batches are added up; a task without a target has no mean', () => {
  const first = [{ nats: 4, targets: 2 }, { nats: 0, targets: 0 }] // prettier-ignore
  const second = [{ nats: 2, targets: 1 }, { nats: 0, targets: 0 }] // prettier-ignore
  const sums = addedSums([first, second, []], 2)
  expect(sums).toEqual([
    { nats: 6, targets: 3 },
    { nats: 0, targets: 0 },
  ])
  expect(meanByTask(sums)).toEqual([{ entry: 0, loss: 2, targets: 3 }])
})

test('leaks nothing', () => {
  const [losses, ids] = [tf.tensor1d([1, 2]), tf.tensor1d([0, 1], 'int32')]
  expectNoLeak(() => Object.values(taskSums(losses, ids, ids, 2)))
})
