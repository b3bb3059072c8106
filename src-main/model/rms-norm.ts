/**
 * RMS norm without parameters: `x / sqrt(mean(x^2) + eps)` along the last axis. Forward 3 passes over the data,
 * backward 5; tfjs's own gradients would take some 12 and hold three copies.
 */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'

/** torch's default for rms_norm: the distance from 1 to the next float32. */
const epsilon = 2 ** -23

/**
 * @param x [..., C]
 * @returns [..., C], mean square 1 along C
 */
export function rmsNorm(x: tf.Tensor): tf.Tensor {
  return differentiable(
    [x],
    () => {
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)) // [..., 1]
      const y = tf.mul(x, inverse)
      return { value: y, saved: { y, inverse } }
    },
    (dy, { y, inverse }) => {
      const radial = tf.mul(y, tf.mean(tf.mul(dy, y), -1, true)) // the part of dy along y changes nothing
      return [tf.mul(tf.sub(dy, radial), inverse)]
    },
  )
}
