/** How a config splits steps and evaluations into micro-batches. Pure: the window computes with it too. */
import type { RunConfig } from './config.schema'

type BatchSizes = Pick<RunConfig, 'device_batch_size' | 'max_seq_len'>
/** Left out, there is one rank. */
type Ranks = Partial<Pick<RunConfig, 'world_size'>>

/** Tokens of one micro-batch: B × T. */
export function microBatchTokens({ device_batch_size: rows, max_seq_len: length }: BatchSizes): number {
  return rows * length
}

/**
 * Gradient accumulation: micro-batches of one optimizer step on each rank. It is whole where the config has passed its checks; a
 * config that is being edited may give a fraction.
 */
export function gradAccumSteps(config: BatchSizes & Ranks & Pick<RunConfig, 'total_batch_size'>): number {
  return config.total_batch_size / (microBatchTokens(config) * (config.world_size ?? 1))
}

/** Number of batches that an evaluation reads on each rank, as in the reference; 0 where eval_tokens fill none. */
export function evalBatches(config: BatchSizes & Ranks & Pick<RunConfig, 'eval_tokens'>): number {
  return Math.floor(config.eval_tokens / (microBatchTokens(config) * (config.world_size ?? 1)))
}

/** The number of optimizer steps asked for; null where the run goes through its whole epoch. */
export function askedSteps({ num_iterations: steps }: Pick<RunConfig, 'num_iterations'>): number | null {
  return steps === -1 ? null : steps
}
