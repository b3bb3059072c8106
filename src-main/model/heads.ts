/** Converts between rows of all heads, as linear layers see them, and heads of all positions, as attention does. */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'

export interface HeadShape {
  /** B */
  batch: number
  /** T */
  length: number
  /** H */
  heads: number
}

/**
 * @param x [B * T, H * D]
 * @returns [B * H, T, D]
 */
export function splitHeads(x: tf.Tensor, shape: HeadShape): tf.Tensor {
  return differentiable(
    [x],
    () => ({ value: toHeads(x, shape), saved: {} }),
    (dy) => [toRows(dy, shape)],
  )
}

/**
 * @param x [.., T, D] of B * H heads
 * @returns [B * T, H * D]
 */
export function joinHeads(x: tf.Tensor, shape: HeadShape): tf.Tensor {
  return differentiable(
    [x],
    () => ({ value: toRows(x, shape), saved: {} }),
    (dy) => [tf.reshape(toHeads(dy, shape), x.shape)],
  )
}

function toHeads(rows: tf.Tensor, { batch, length, heads }: HeadShape): tf.Tensor {
  const byHead = tf.transpose(tf.reshape(rows, [batch, length, heads, -1]), [0, 2, 1, 3])
  return tf.reshape(byHead, [batch * heads, length, -1])
}

function toRows(x: tf.Tensor, { batch, length, heads }: HeadShape): tf.Tensor {
  const byPosition = tf.transpose(tf.reshape(x, [batch, heads, length, -1]), [0, 2, 1, 3])
  return tf.reshape(byPosition, [batch * length, -1])
}
