/**
 * bfloat16 results on a backend whose tensors are float32: each element is rounded to 8 significant bits after an
 * operation, as if the operation had given bfloat16.
 *
 * Veltkamp's splitting (Dekker 1971): with c = (2^16 + 1) x in float32, c - (c - x) is the nearest number of 8 bits. It
 * is exact but for ties, which may go to the odd neighbour, and for magnitudes over 2^111, which overflow.
 */
import * as tf from '@tensorflow/tfjs-core'

/** How the orthogonalisation is computed: as the reference does (bfloat16), or with all digits. */
export type Precision = 'float32' | 'bfloat16'

/** What rounds results to that precision. */
export function rounding(precision: Precision): <T extends tf.Tensor>(x: T) => T {
  if (precision === 'float32') return (x) => x
  return (x) =>
    tf.tidy(() => {
      const spread = tf.mul(x, 2 ** 16 + 1)
      return tf.sub(spread, tf.sub(spread, x))
    })
}
