/**
 * bfloat16 results on a backend whose tensors are float32: after an operation, each element is rounded to 8 significant
 * bits, as if the operation had given bfloat16.
 *
 * Veltkamp's splitting (Dekker 1971): with c = (2^16 + 1) x in float32, c - (c - x) is the nearest number of 8 bits. It
 * is exact except for ties, which may go to the odd neighbour, and for magnitudes over 2^111, which overflow.
 */
import * as tf from '@tensorflow/tfjs-core'

/** Precision of the orthogonalisation: the reference's (bfloat16), or all digits. */
export type Precision = 'float32' | 'bfloat16'

/** The function that rounds results to that precision. */
export function rounding(precision: Precision): <T extends tf.Tensor>(x: T) => T {
  if (precision === 'float32') return (x) => x
  return (x) =>
    tf.tidy(() => {
      const spread = tf.mul(x, 2 ** 16 + 1)
      return tf.sub(spread, tf.sub(spread, x))
    })
}
