/** How far back each layer's attention sees. */
import type { ModelConfig } from './config.schema'
import { variantOf } from './variants/variant'

/**
 * The window of every layer: a query at i sees the keys j with 0 <= i - j <= window. L is the whole sequence_len, S
 * half of it (a third or a quarter in later forms); the pattern is repeated over the layers, and the last layer is
 * always L (docs/REFERENCE.md §3).
 */
export function windowSizes(config: ModelConfig): number[] {
  const long = config.sequence_len
  const short = variantOf(config).shortWindow(long)
  return Array.from({ length: config.n_layer }, (_, layer) => {
    const last = layer === config.n_layer - 1
    const letter = config.window_pattern[layer % config.window_pattern.length]
    return letter === 'S' && !last ? short : long
  })
}
