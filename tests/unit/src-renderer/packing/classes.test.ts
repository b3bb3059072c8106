import { expect, it } from 'vitest'
import { batchModel } from '../../../../src-renderer/packing/batch-model'
import { PAD_CLASS, tokenClasses } from '../../../../src-renderer/packing/classes'
import { sampleBatch } from './sample-batch'

const model = batchModel(sampleBatch())
const P = PAD_CLASS

it('colours by task, brighter where trained on', () => {
  // Task 0 has colour 2, task 1 colour 5: classes 4, 5 and 10, 11.
  expect([...tokenClasses(model, 'task', [2, 5])]).toEqual([4, 4, 5, 10, 10, 11, 11, 4, 4, 5, 5, 5, P, P])
})

it('lets colours beyond eight come round again', () => {
  expect([...tokenClasses(model, 'task', [8, 9])].slice(0, 4)).toEqual([0, 0, 1, 2])
})

it('colours by role and by mask, with padding apart', () => {
  expect([...tokenClasses(model, 'role', [])]).toEqual([0, 1, 2, 0, 1, 2, 2, 0, 1, 2, 2, 2, P, P])
  expect([...tokenClasses(model, 'mask', [])]).toEqual([0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, P, P])
})

it('colours by what counts in the loss: with all targets, everything but what is first in a row', () => {
  expect([...tokenClasses(model, 'counts', [])]).toEqual([0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, P, P])
  const completion = batchModel({ ...sampleBatch(), loss: 'completion' })
  expect([...tokenClasses(completion, 'counts', [])]).toEqual([...tokenClasses(model, 'mask', [])])
})

it('colours by loss, each token by how hard it was to predict', () => {
  const values = Float32Array.from([0, 1, 2, 3, 4, 8, 0, 0, 0, 0, 0, 0])
  const classes = [...tokenClasses(model, 'loss', [], { values, top: 4 })]
  expect(classes).toEqual([0, 0, 4, 8, 12, 15, 15, 0, 0, 0, 0, 0, P, P])
  expect([...tokenClasses(model, 'loss', [])]).toEqual([...Array<number>(12).fill(0), P, P])
})
