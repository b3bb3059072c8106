import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { addResidual, layerScalars, mix } from '../../../../src-main/model/residual'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { expectClose, expectNoLeak, expectSameWithGradients, randomTensor } from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

describe('addResidual', () => {
  it('adds, and hands its gradient to both', () => {
    expectSameWithGradients(addResidual, (x, y) => tf.add(x, y), [
      randomTensor([3, 4]),
      randomTensor([3, 4], 2),
    ])
  })

  it('leaks nothing, also where both inputs are one', () => {
    const x = randomTensor([3, 4])
    expectNoLeak(() => tf.grads((a) => addResidual(addResidual(a, a), a))([x]))
  })
})

describe('mix', () => {
  const inputs = () => [randomTensor([3, 4]), tf.scalar(0.9), randomTensor([3, 4], 2), tf.scalar(0.1)]
  const ours = (x: tf.Tensor, a: tf.Tensor, y: tf.Tensor, b: tf.Tensor) => mix(x, a, y, b)

  it('agrees with the plain form, gradients of the scalars included', () => {
    const plain = (x: tf.Tensor, a: tf.Tensor, y: tf.Tensor, b: tf.Tensor) =>
      tf.add(tf.mul(x, a), tf.mul(y, b))
    expectSameWithGradients(ours, plain, inputs())
  })

  it('leaks nothing', () => {
    const tensors = inputs()
    expectNoLeak(() => tf.grads(ours)(tensors))
  })
})

describe('layerScalars', () => {
  it.each([[[3]], [[3, -1, 0.5]]])('gives those of %j, and takes a gradient for each', (scales) => {
    const vector = tf.tensor1d(scales)
    expect(layerScalars(vector).map((scalar) => scalar.shape)).toEqual(scales.map(() => []))
    const sumOfSquares = (x: tf.Tensor): tf.Tensor =>
      tf.addN(layerScalars(x).map((scalar) => tf.square(scalar)))
    expectClose(
      tf.grad(sumOfSquares)(vector),
      scales.map((scale) => 2 * scale),
    )
  })
})
