import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'

import { linear, squaredReluMlp } from '../../../../src-main/model/linear'
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

describe('linear', () => {
  it('multiplies by the transposed weight', () => {
    expectClose(linear(tf.tensor2d([[1, 2]]), tf.tensor2d([[1, 0], [3, 4], [0, 1]])), [1, 11, 2]) // prettier-ignore
  })

  it('agrees with the plain form, gradient included', () => {
    const plain = (x: tf.Tensor, w: tf.Tensor) => tf.matMul(x, w, false, true)
    expectSameWithGradients(linear, plain, [randomTensor([5, 4]), randomTensor([3, 4], 2)])
  })

  it('leaks nothing', () => {
    const inputs = [randomTensor([5, 4]), randomTensor([3, 4], 2)]
    expectNoLeak(() => tf.grads(linear)(inputs))
  })
})

describe('squaredReluMlp', () => {
  const inputs = () => [randomTensor([5, 4]), randomTensor([8, 4], 2), randomTensor([4, 8], 3)]

  it('agrees with the plain form, gradient included', () => {
    const plain = (x: tf.Tensor, inner: tf.Tensor, outer: tf.Tensor) =>
      tf.matMul(tf.square(tf.relu(tf.matMul(x, inner, false, true))), outer, false, true)
    expectSameWithGradients(squaredReluMlp, plain, inputs())
  })

  it('has the gradient that differences show', () => {
    expectGradientByDifferences(squaredReluMlp, inputs(), 3e-3)
  })

  it('leaks nothing', () => {
    const tensors = inputs()
    expectNoLeak(() => tf.grads(squaredReluMlp)(tensors))
  })
})
