/** Size and work of a model, counted as in the reference, so that its logs can be compared. */
import { headDim, type ModelConfig } from './config.schema'
import { parameterShapes } from './parameters'
import { windowSizes } from './windows'

/** Number of all parameters, including the padded rows of the vocabulary. */
export function parameterCount(config: ModelConfig): number {
  return [...parameterShapes(config).values()].reduce((sum, shape) => sum + size(shape), 0)
}

/**
 * Floating point operations a token, forward and backward: 6 for every weight in a matrix product (2 forward, 4
 * backward), and 12 heads head_dim min(window, sequence_len) for each layer's attention (docs/REFERENCE.md §3). It
 * counts the full square of scores, though causal attention needs half of it.
 */
export function flopsPerToken(config: ModelConfig): number {
  const weights = [...parameterShapes(config)]
    .filter(([name, shape]) => shape.length === 2 && !isEmbedding(name))
    .reduce((sum, [, shape]) => sum + size(shape), 0)
  const perKey = 12 * config.n_head * headDim(config)
  const attention = windowSizes(config).reduce(
    (sum, window) => sum + perKey * Math.min(window, config.sequence_len),
    0,
  )
  return 6 * weights + attention
}

/** Embeddings are looked up, not multiplied. */
function isEmbedding(name: string): boolean {
  return name === 'transformer.wte.weight' || name.startsWith('value_embeds.')
}

function size(shape: number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
