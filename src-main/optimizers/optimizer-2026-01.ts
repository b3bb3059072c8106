/**
 * The optimizer of nanochat in January 2026 (docs/REFERENCE.md §4), which is the seed's. Parameters that the seed's
 * model does not have are trained at upstream's rates.
 */
import type { AdamWSettings, Optimizer } from './groups'
import { orthogonalise } from './polar-express'

export const optimizer202601: Optimizer = (width, rates) => {
  const scale = (width / 768) ** -0.5
  const adamw = (lr: number): AdamWSettings => ({
    lr: lr * rates.init_lr_frac,
    betas: [0.8, 0.95],
    eps: 1e-10,
    weightDecay: 0,
  })
  return {
    head: adamw(rates.unembedding_lr * scale),
    embedding: adamw(rates.embedding_lr * scale),
    valueEmbeddings: adamw(rates.embedding_lr * scale * 0.5),
    residualScalars: adamw(0.5 * 0.01), // small: its effects multiply along the layers
    x0Scalars: adamw(0.5),
    smear: adamw(0.2),
    matrices: {
      lr: rates.matrix_lr * rates.init_lr_frac,
      beta2: 0.95,
      weightDecay: rates.weight_decay,
      direction: orthogonalise,
    },
  }
}
