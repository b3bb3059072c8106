/**
 * Computes a little, forward and backward, through tfjs's kernels: TensorFlow may start on a Node on which tfjs-node's
 * JavaScript fails. Takes half a second, mostly loading; the library must be known to start (try-tensorflow.ts).
 */
import * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../errors'
import { loadTensorflow } from './tensorflow'

/** @throws MidbenchError `node.unfit` where a number is wrong; what tfjs throws; what {@link loadTensorflow} throws */
export async function tryKernels(): Promise<void> {
  await loadTensorflow({ keepPrograms: false })
  const found = tf.tidy(() => {
    const table = tf.tensor2d([1, 2, 3, 4], [2, 2])
    // The sum of squares of the rows 1, 0, 1: each row's derivative is twice the row, times how often it was taken.
    const loss = (weights: tf.Tensor): tf.Scalar => {
      const rows = tf.gather(weights, tf.tensor1d([1, 0, 1], 'int32'))
      return tf.sum(tf.square(tf.matMul(rows, tf.eye(2))))
    }
    const gradient = tf.grad(loss)(table)
    const { values } = tf.topk(tf.concat([tf.reshape(gradient, [4]), tf.tensor1d([5])]), 3)
    return [...values.dataSync()]
  })
  if (found.join() === '16,12,5') return
  throw new MidbenchError({ code: 'node.unfit', message: `16, 12, 5 came out as ${found.join(', ')}` })
}
