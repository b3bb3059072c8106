/** The residual stream: adds to it, and mixes it with the embedding that it started from, by scalars of each layer. */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'

/** `x + y`, both of one shape. */
export function addResidual(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, y],
    () => ({ value: tf.add(x, y), saved: {} }),
    (dy) => [tf.clone(dy), tf.clone(dy)],
  )
}

/**
 * `a x + b y`
 *
 * @param x [N, C]
 * @param a scalar
 * @param y [N, C]
 * @param b scalar
 */
export function mix(x: tf.Tensor, a: tf.Tensor, y: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, a, y, b],
    () => ({ value: tf.add(tf.mul(x, a), tf.mul(y, b)), saved: { x, a, y, b } }),
    (dy, saved) => [
      tf.mul(dy, saved.a),
      tf.sum(tf.mul(dy, saved.x)),
      tf.mul(dy, saved.b),
      tf.sum(tf.mul(dy, saved.y)),
    ],
  )
}

/**
 * The numbers of a vector as scalars, one a layer. (The gradient of tf.unstack takes a list even where there is only
 * one.)
 *
 * @param scales [L]
 * @returns L scalars
 */
export function layerScalars(scales: tf.Tensor): tf.Tensor[] {
  return scales.size === 1 ? [tf.reshape(scales, [])] : tf.unstack(scales)
}
