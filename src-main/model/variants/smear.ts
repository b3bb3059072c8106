/** Smear: each position's embedding gets a share of the one before, as large as a gate on its first channels says. */
import * as tf from '@tensorflow/tfjs-core'

/** Number of channels that the gate reads. */
export const smearChannels = 24

/**
 * `x[t] + lambda sigmoid(x[t, :24] weight^T) x[t - 1]`; the first position of a row stays as it is,
 * unless `previous` says what came before it.
 *
 * @param x [B * T, C]
 * @param batch B
 * @param weight [1, 24]
 * @param lambda [1]
 * @param previous [B, C] the embedding before each row's first position
 * @returns [B * T, C]
 */
export function smear(
  x: tf.Tensor,
  batch: number,
  weight: tf.Tensor,
  lambda: tf.Tensor,
  previous?: tf.Tensor,
): tf.Tensor {
  const [rows = 0, width = 0] = x.shape
  const length = rows / batch
  const opening = tf.matMul(tf.slice(x, [0, 0], [rows, smearChannels]), weight, false, true) // [B * T, 1]
  const gate = tf.mul(tf.sigmoid(opening), lambda)
  const before = tf.slice(tf.reshape(x, [batch, length, width]), [0, 0, 0], [batch, length - 1, width])
  const first = previous && tf.reshape(previous, [batch, 1, width])
  const shifted = first ? tf.concat([first, before], 1) : tf.pad(before, [[0, 0], [1, 0], [0, 0]]) // prettier-ignore
  return tf.add(x, tf.mul(tf.reshape(shifted, [rows, width]), gate))
}
