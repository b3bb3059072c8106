/** Models for benchmarks: their weights are made up, so only their shape matters. */
import { modelConfig, type ModelConfig } from '../model/config.schema'

/** A model of that depth, with nanochat's proportions. */
export function modelOfDepth(depth: number, options: Partial<ModelConfig>): ModelConfig {
  const width = 64 * depth
  const heads = width / 128
  return modelConfig.parse({ n_layer: depth, n_embd: width, n_head: heads, n_kv_head: heads, ...options })
}
