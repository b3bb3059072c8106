/**
 * nanochat's optimizer since July 2026: new rates, betas and weight decay for every part, and a Muon that evens out its
 * momentum before orthogonalising it (MuonEq, arXiv 2603.28254) and then gives its step the length of an orthogonal
 * matrix (Muon+, arXiv 2602.21545).
 */
import * as tf from '@tensorflow/tfjs-core'

import { rounding } from './bfloat16'
import type { AdamWSettings, Direction, Optimizer } from './groups'
import { orthogonalise } from './polar-express'

/** The smallest norm that is divided by. */
const LEAST = 1e-6
/** Before Polar Express, a matrix is divided by its norm times this. */
const SAFETY = 1.01

const direction: Direction = (momentum, precision) =>
  tf.tidy(() => {
    const round = rounding(precision)
    const [, rows = 1, columns = 1] = momentum.shape
    const x = round(momentum)
    const meanRowNorm = tf.div(norms(x, [1, 2]), Math.sqrt(rows)) // [M, 1, 1]
    const even = round(tf.mul(x, round(tf.div(meanRowNorm, tf.maximum(norms(x, [2]), LEAST)))))
    const near = orthogonalise(even, precision, SAFETY)
    const length = Math.sqrt(Math.min(rows, columns))
    return tf.mul(near, tf.div(length, tf.maximum(norms(near, [1, 2]), LEAST)))
  })

/** Norms along axes, which are kept with size 1. */
function norms(x: tf.Tensor, axes: number[]): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(x), axes, true))
}

export const optimizer202607: Optimizer = (width, rates) => {
  const scale = (width / 768) ** -0.5
  const adamw = (lr: number, betas: [number, number], weightDecay: number): AdamWSettings => ({
    ...{ lr: lr * rates.init_lr_frac, betas, eps: 1e-10, weightDecay },
  })
  return {
    head: adamw(rates.unembedding_lr * scale, [0.8, 0.96], 0.01),
    embedding: adamw(rates.embedding_lr * scale, [0.8, 0.995], 0.001),
    valueEmbeddings: adamw(rates.embedding_lr * scale * 0.5, [0.8, 0.995], 0.01),
    residualScalars: adamw(0.5 * 0.01, [0.8, 0.95], 0.05),
    x0Scalars: adamw(0.5, [0.96, 0.95], 0),
    smear: adamw(0.2, [0.8, 0.95], 0),
    matrices: {
      lr: rates.matrix_lr * rates.init_lr_frac,
      beta2: 0.9,
      weightDecay: rates.weight_decay,
      direction,
    },
  }
}
