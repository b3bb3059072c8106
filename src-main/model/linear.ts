/** Linear layers without bias, and a block's MLP: two of them with a squared ReLU between. */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'

/**
 * @param x [N, in]
 * @param weight [out, in]
 * @returns [N, out]
 */
export function linear(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, weight],
    () => ({ value: tf.matMul(x, weight, false, true), saved: { x, weight } }),
    (dy, saved) => [tf.matMul(dy, saved.weight), tf.matMul(dy, saved.x, true, false)],
  )
}

/**
 * `relu(x inner^T)^2 outer^T`. Saves one of the two wide activations and squares it again for the gradient.
 *
 * @param x [N, C]
 * @param inner [4 C, C]
 * @param outer [C, 4 C]
 * @returns [N, C]
 */
export function squaredReluMlp(x: tf.Tensor, inner: tf.Tensor, outer: tf.Tensor): tf.Tensor {
  return differentiable(
    [x, inner, outer],
    () => {
      const positive = tf.relu(tf.matMul(x, inner, false, true)) // [N, 4 C]
      const value = tf.matMul(tf.square(positive), outer, false, true)
      return { value, saved: { x, inner, outer, positive } }
    },
    (dy, saved) => {
      const dOuter = tf.tidy(() => tf.matMul(dy, tf.square(saved.positive), true, false))
      const dSquare = tf.matMul(tf.mul(dy, 2), saved.outer) // [N, 4 C], including the 2 of the square's slope
      const dInner = tf.mul(dSquare, saved.positive)
      return [tf.matMul(dInner, saved.inner), tf.matMul(dInner, saved.x, true, false), dOuter]
    },
  )
}
