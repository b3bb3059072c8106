/** Backout: part of the stream in the middle of the model is subtracted from what the head reads. */
import * as tf from '@tensorflow/tfjs-core'

/** The layer whose output backout subtracts. */
export function backoutLayer(layers: number): number {
  return Math.floor(layers / 2)
}

/**
 * `x - lambda middle`
 *
 * @param x [N, C] after the last layer
 * @param middle [N, C] after {@link backoutLayer}
 * @param lambda [1]
 */
export function backout(x: tf.Tensor, middle: tf.Tensor, lambda: tf.Tensor): tf.Tensor {
  return tf.sub(x, tf.mul(middle, lambda))
}
