/** Looks up rows of a table, with a gradient that adds up the rows of each id in one operation. */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'

/**
 * @param table [V, C]
 * @param ids [N] int32, 0 to V - 1
 * @returns [N, C]
 */
export function embed(table: tf.Tensor, ids: tf.Tensor1D): tf.Tensor {
  const [rows = 0] = table.shape
  return differentiable(
    [table],
    () => ({ value: tf.gather(table, ids), saved: { ids } }),
    (dy, saved) => [tf.unsortedSegmentSum(dy, tf.reshape(saved.ids, [-1]), rows)],
  )
}
