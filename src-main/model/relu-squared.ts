/** `relu(x)^2`, the MLP's activation. Backward in 2 passes over the widest activation of the model, where tfjs takes 5. */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'

/** @param x any shape */
export function reluSquared(x: tf.Tensor): tf.Tensor {
  return differentiable(
    [x],
    () => {
      const positive = tf.relu(x)
      return { value: tf.square(positive), saved: { positive } }
    },
    (dy, { positive }) => [tf.mul(tf.mul(positive, 2), dy)],
  )
}
