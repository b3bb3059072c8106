import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { rmsNorm } from '../../../../src-main/model/rms-norm'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import {
  expectClose,
  expectGradientByDifferences,
  expectNoLeak,
  expectSameWithGradients,
  randomTensor,
  valuesOf,
} from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

function plain(x: tf.Tensor, gain = 1): tf.Tensor {
  return tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), 2 ** -23))), gain)
}

describe('rmsNorm', () => {
  it('gives rows of mean square 1, or of the gain', () => {
    const x = tf.mul(randomTensor([5, 12]), 3)
    expectClose(tf.mean(tf.square(rmsNorm(x)), -1), [1, 1, 1, 1, 1])
    expectClose(tf.sqrt(tf.mean(tf.square(rmsNorm(x, 0.25)), -1)), [0.25, 0.25, 0.25, 0.25, 0.25])
  })

  it('keeps rows of zeros', () => {
    expect(valuesOf(rmsNorm(tf.zeros([2, 3])))).toEqual([0, 0, 0, 0, 0, 0])
  })

  it.each([1, 0.3])('agrees with the plain form, gradient included, gain %f', (gain) => {
    expectSameWithGradients((x) => rmsNorm(x, gain), (x) => plain(x, gain), [randomTensor([4, 3, 8])]) // prettier-ignore
  })

  it('has the gradient that differences show', () => {
    expectGradientByDifferences((x) => rmsNorm(x, 0.5), [randomTensor([3, 6])])
  })

  it('leaks nothing', () => {
    const x = randomTensor([3, 6])
    expectNoLeak(() => tf.grads((a) => rmsNorm(a))([x]))
  })
})
