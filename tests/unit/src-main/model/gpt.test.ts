import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { forward, hidden } from '../../../../src-main/model/gpt'
import type { Parameters } from '../../../../src-main/model/parameters'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { golden, goldenBatches, goldenParameters, tensorsOf } from '../../../support/golden-model'
import { expectClose, expectNoLeak, valuesOf } from '../../../support/tensors'

let params: Parameters
let inputs: tf.Tensor2D

beforeAll(async () => {
  await loadTensorflow()
  params = await goldenParameters()
  const [batch] = await goldenBatches('train', 1)
  if (batch === undefined) throw new Error('no golden batch')
  inputs = tensorsOf(batch).inputs
})

describe('forward', () => {
  it("gives the reference's logits on the golden batch", () => {
    const logits = forward(params, golden.config, inputs)
    expect(logits.shape).toEqual([4, 256, golden.config.vocab_size])
    expectClose(logits.slice([0, 5, 0], [1, 1, 16]), golden.logits_row0_pos5_head, { atol: 1e-5 })
    expectClose(logits.slice([0, 255, 0], [1, 1, 16]), golden.logits_row0_last_head, { atol: 1e-5 })
  })

  it('looks at no later id and at no other row', () => {
    const before = forward(params, golden.config, inputs)
    const changed = valuesOf(inputs)
    changed[100] = ((changed[100] ?? 0) + 1) % 700 // row 0, position 100
    const after = forward(params, golden.config, tf.tensor2d(changed, [4, 256], 'int32'))
    const moved = valuesOf(tf.max(tf.abs(tf.sub(after, before)), -1)) // [4 * 256]
    expect(moved.slice(0, 100).every((value) => value === 0)).toBe(true)
    expect(moved[100]).toBeGreaterThan(0)
    expect(moved.slice(256).every((value) => value === 0)).toBe(true)
  })

  it('leaks nothing', () => {
    expectNoLeak(() => forward(params, golden.config, inputs))
  })
})

describe('hidden', () => {
  it('is normed and takes a context shorter than the config has', () => {
    const short = inputs.slice([0, 0], [4, 37])
    const states = hidden(params, golden.config, short)
    expect(states.shape).toEqual([4 * 37, 128])
    expectClose(tf.mean(tf.square(states), -1), new Array<number>(4 * 37).fill(1), { atol: 1e-4 })
    const whole = hidden(params, golden.config, inputs)
    expectClose(states.slice([0, 0], [37, 128]), whole.slice([0, 0], [37, 128]), { atol: 1e-5 })
  })
})
