/**
 * NorMuon's variance reduction (Li et al., arXiv 2510.05491): rows (or columns) of an orthogonalised update that have
 * been large on average are scaled down, and small ones up; the update's norm does not change.
 *
 * The average of a matrix's squares runs along its longer side, so its state is one number for each row or column.
 */
import * as tf from '@tensorflow/tfjs-core'

/**
 * @param update [M, R, C]
 * @param average [M, R, 1] or [M, 1, C], running mean of squares
 * @param round applied to the results that the reference holds in bfloat16
 * @returns the scaled update and the new average
 */
export function reduceVariance(
  update: tf.Tensor,
  average: tf.Tensor,
  beta2: number,
  round: (x: tf.Tensor) => tf.Tensor,
): { update: tf.Tensor; average: tf.Tensor } {
  return tf.tidy(() => {
    const axis = average.shape[2] === 1 ? 2 : 1
    const length = update.shape[axis] ?? 1
    const squares = tf.mean(tf.square(update), axis, true)
    const next = round(tf.add(average, tf.mul(tf.sub(round(squares), average), 1 - beta2)))
    const scale = round(tf.rsqrt(tf.maximum(next, 1e-10)))
    const norm = norms(squares, length) // [M, 1, 1]
    const scaledNorm = norms(tf.mul(squares, tf.square(scale)), length)
    const keepNorm = tf.div(norm, tf.maximum(scaledNorm, 1e-10))
    return { update: round(tf.mul(update, round(tf.mul(scale, keepNorm)))), average: next }
  })
}

/** Frobenius norms [M, 1, 1] from the means of squares along one axis. */
function norms(squares: tf.Tensor, length: number): tf.Tensor {
  return tf.sqrt(tf.mul(tf.sum(squares, [1, 2], true), length))
}
