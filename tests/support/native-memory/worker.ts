/** Holds a tensor of 3 GB, then trains with more than 2 GB of weights, gradients and intermediate results. */
import { parentPort } from 'node:worker_threads'

import * as tf from '@tensorflow/tfjs-core'

import { loadTensorflow } from '../../../src-main/native/tensorflow'

export interface MemoryFindings {
  electron: string | undefined
  version: string
  /** Bytes of the large tensor, and the sum of its last ten elements, each of which is 1. */
  tensorBytes: number
  tailSum: number
  /** The loss before each step of gradient descent. */
  losses: number[]
  /** The most bytes TensorFlow held while it trained. */
  peakBytes: number
}

const tensorElements = 3 * 2 ** 28
const width = 16384 // a square weight matrix of 1 GiB

const tensorflow = await loadTensorflow()
const tailSum = sumOfTail()
tensorflow.memory.resetPeak()
const losses = train(3)
const findings: MemoryFindings = {
  electron: process.versions['electron'],
  version: tensorflow.version,
  tensorBytes: tensorElements * 4,
  tailSum,
  losses,
  peakBytes: tensorflow.memory.usage().peakBytes,
}
parentPort?.postMessage(findings)

function sumOfTail(): number {
  return tf.tidy(() => {
    const large = tf.fill([tensorElements], 1)
    return tf.sum(tf.slice(large, [tensorElements - 10], [10])).dataSync()[0] ?? NaN
  })
}

/** Gradient descent on mean((x W - 1)^2) from W = 0. */
function train(steps: number): number[] {
  const input = tf.fill([8, width], 1 / Math.sqrt(width)) // [8, width], rows of length 1
  const weights = tf.variable(tf.fill([width, width], 0)) // [width, width]
  const loss = () => tf.mean<tf.Scalar>(tf.square(tf.sub(tf.matMul<tf.Tensor2D>(input, weights), 1)))
  return Array.from({ length: steps }, () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss)
      const gradient = grads[weights.name]
      if (!gradient) throw new Error('no gradient')
      weights.assign(tf.sub(weights, tf.mul(gradient, width / 4)))
      return value.dataSync()[0] ?? NaN
    }),
  )
}
