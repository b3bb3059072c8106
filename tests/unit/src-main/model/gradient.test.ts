import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { differentiable } from '../../../../src-main/model/gradient'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { expectClose, expectNoLeak, valuesOf } from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

/** x y, with a gradient that is wrong by a factor, so that it is seen to be the one used. */
function oddProduct(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, y],
    () => {
      const value = tf.mul(x, y)
      tf.square(value) // a temporary
      return { value, saved: { x, y } }
    },
    (dy, saved) => [tf.mul(tf.mul(dy, saved.y), 3), tf.mul(tf.mul(dy, saved.x), 5)],
  )
}

describe('differentiable', () => {
  it('gives the value and the gradient that it is told', () => {
    const [x, y] = [tf.tensor1d([1, 2]), tf.tensor1d([10, 20])]
    expectClose(oddProduct(x, y), [10, 40])
    const [dx, dy] = tf.grads((a, b) => oddProduct(a, b))([x, y])
    expect(valuesOf(dx ?? x)).toEqual([30, 60])
    expect(valuesOf(dy ?? y)).toEqual([5, 10])
  })

  it('adds up where an input is used twice', () => {
    const x = tf.tensor1d([1, 2])
    const gradient = tf.grad((a) => oddProduct(oddProduct(a, a), a))(x)
    expectClose(gradient, [29, 116]) // 3 (3 + 5) x^2 + 5 x^2
  })

  it('leaves no tensors behind, with or without a gradient', () => {
    const [x, y] = [tf.tensor1d([1, 2]), tf.tensor1d([10, 20])]
    expectNoLeak(() => oddProduct(x, y))
    expectNoLeak(() => tf.grads((a, b) => oddProduct(oddProduct(a, b), b))([x, y]))
  })

  it('frees what is saved while the backward pass still goes on', () => {
    const x = tf.tensor1d([1, 2])
    const seen: number[] = []
    const step = (a: tf.Tensor) =>
      differentiable(
        [a],
        () => ({ value: tf.mul(a, 2), saved: { a } }),
        (dy) => {
          seen.push(tf.memory().numTensors)
          return [tf.mul(dy, 2)]
        },
      )
    tf.grad((a) => step(step(step(a))))(x)
    // Each of three backward steps meets one saved tensor less, and no more gradients than the step before.
    expect((seen[1] ?? 0) - (seen[0] ?? 0)).toBe(-1)
    expect((seen[2] ?? 0) - (seen[1] ?? 0)).toBe(-1)
  })
})
