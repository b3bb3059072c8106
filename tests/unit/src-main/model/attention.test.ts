import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'

import { attention } from '../../../../src-main/model/attention'
import { queryBlocks, windowMask } from '../../../../src-main/model/attention-blocks'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import {
  expectClose,
  expectGradientByDifferences,
  expectNoLeak,
  expectSameWithGradients,
  randomTensor,
} from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

function ours(window: number, blockRows: number) {
  return (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => {
    const mask = windowMask(queryBlocks(q.shape[1] ?? 0, window, blockRows), window)
    return attention(q, k, v, { window, blockRows, mask })
  }
}

/** All scores at once, keys repeated for the heads of a group, softmax with a mask of -infinity. */
function plain(window: number) {
  return (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => {
    const [heads = 0, length = 0, width = 0] = q.shape
    const [keyHeads = 1] = k.shape
    const group = heads / keyHeads
    const repeated = (x: tf.Tensor) =>
      x.reshape([-1, 1, length, width]).tile([1, group, 1, 1]).reshape([heads, length, width])
    const distance = tf.sub(tf.range(0, length).reshape([-1, 1]), tf.range(0, length).reshape([1, -1]))
    const seen = tf.logicalAnd(tf.greaterEqual(distance, 0), tf.lessEqual(distance, window))
    const hidden = tf.mul(tf.sub(1, tf.cast(seen, 'float32')), -1e9)
    return tf.matMul(tf.softmax(tf.add(tf.matMul(q, repeated(k), false, true), hidden)), repeated(v))
  }
}

/** 2 key heads with 3 query heads each, 11 positions of width 4. */
function inputs(): tf.Tensor[] {
  return [randomTensor([6, 11, 4]), randomTensor([2, 11, 4], 2), randomTensor([2, 11, 4], 3)]
}

describe('attention', () => {
  it.each([
    { window: 11, blockRows: 128 }, // one block
    { window: 11, blockRows: 4 }, // blocks, the last one short
    { window: 5, blockRows: 4 }, // keys left out
    { window: 2, blockRows: 3 },
    { window: 0, blockRows: 4 }, // each sees itself alone
  ])('agrees with the plain form, gradient included: $window, $blockRows', ({ window, blockRows }) => {
    expectSameWithGradients(ours(window, blockRows), plain(window), inputs())
  })

  it('has the gradient that differences show', () => {
    expectGradientByDifferences(ours(5, 4), inputs())
  })

  it('gives the first position its own value', () => {
    const [q = tf.scalar(0), k = q, v = q] = inputs()
    const first = ours(11, 4)(q, k, v).slice([0, 0, 0], [1, 1, 4])
    expectClose(first, v.slice([0, 0, 0], [1, 1, 4]))
  })

  it('bears the largest scores that normed queries and keys can have', () => {
    const width = 512 // the wider the head, the larger: a score of 1.44 sqrt(512) = 33
    const aligned = tf.fill([1, 8, width], 1.2)
    const opposed = tf.mul(aligned, tf.tensor3d([1, -1, 1, -1, 1, -1, 1, -1], [1, 8, 1]))
    const q = tf.mul(aligned, 1 / Math.sqrt(width))
    const v = randomTensor([1, 8, width])
    expectClose(ours(8, 4)(q, opposed, v), plain(8)(q, opposed, v), { atol: 1e-5 })
  })

  it('leaks nothing', () => {
    const tensors = inputs()
    expectNoLeak(() => tf.tidy(() => tf.grads(ours(5, 4))(tensors)))
  })
})
