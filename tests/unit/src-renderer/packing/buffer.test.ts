import { expect, it } from 'vitest'

import { bufferAt, drawBuffer } from '../../../../src-renderer/packing/buffer'
import { samplePlan } from './sample-plan'

const buffer = { batches_per_point: 2, oldest: [0, 4], mean_age: [0, 1], too_long: [0, 0.25] }

it('draws both ages on one scale, and what is longer than a row on a scale to 1', () => {
  expect(drawBuffer(samplePlan({ buffer }))).toEqual({
    oldest: 'M0 1L1 0',
    meanAge: 'M0 1L1 0.75',
    tooLong: 'M0 1L0 1L1 0.75L1 1Z',
    mostAge: 4,
    mostTooLong: 0.25,
  })
  const fresh = { ...buffer, oldest: [0, 0], mean_age: [0, 0] }
  expect(drawBuffer(samplePlan({ buffer: fresh }))).toMatchObject({ oldest: 'M0 1L1 1', mostAge: 0 })
  const none = { batches_per_point: 1, oldest: [], mean_age: [], too_long: [] }
  expect(drawBuffer(samplePlan({ buffer: none }))).toBeNull()
})

it('reads what the buffer holds at a batch, and nothing past the plan', () => {
  expect(bufferAt(samplePlan({ buffer }), 3)).toEqual({ oldest: 4, meanAge: 1, tooLong: 0.25 })
  expect(bufferAt(samplePlan({ buffer }), 4)).toBeNull()
})
