/**
 * RMS norm without parameters: `gain x / sqrt(mean(x^2) + eps)` along the last axis. Forward takes 3 passes over the
 * data, backward 5; tfjs's own gradients would take some 12 and hold three copies.
 */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'

/** torch's default for rms_norm: the distance from 1 to the next float32. */
const epsilon = 2 ** -23

/**
 * @param x [..., C]
 * @param gain a constant factor of the result, which costs nothing here
 * @returns [..., C], with a root mean square of `gain` along C
 */
export function rmsNorm(x: tf.Tensor, gain = 1): tf.Tensor {
  return differentiable(
    [x],
    () => {
      const factor = tf.mul(tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)), gain) // [..., 1]
      const y = tf.mul(x, factor)
      return { value: y, saved: { y, factor } }
    },
    (dy, { y, factor }) => {
      const along = tf.mul(tf.mean(tf.mul(dy, y), -1, true), 1 / gain ** 2) // [..., 1]
      return [tf.mul(tf.sub(dy, tf.mul(y, along)), factor)] // the part of dy along y changes nothing
    },
  )
}
