import { expect, it } from 'vitest'
import {
  askedSteps,
  evalBatches,
  gradAccumSteps,
  microBatchTokens,
} from '../../../../src-main/config/batches'

const sizes = { device_batch_size: 4, max_seq_len: 512, total_batch_size: 8192, eval_tokens: 5000 }

it('cuts a step and an evaluation into micro-batches of rows × length', () => {
  expect(microBatchTokens(sizes)).toBe(2048)
  expect(gradAccumSteps(sizes)).toBe(4)
  expect(evalBatches(sizes)).toBe(2)
  expect(evalBatches({ ...sizes, eval_tokens: 2047 })).toBe(0)
  expect(gradAccumSteps({ ...sizes, total_batch_size: 3072 })).toBe(1.5)
})

it('reads -1 steps as a whole epoch', () => {
  expect(askedSteps({ num_iterations: -1 })).toBeNull()
  expect(askedSteps({ num_iterations: 7 })).toBe(7)
})
