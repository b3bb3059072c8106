/** How a config cuts steps and evaluations into micro-batches. Pure: the window computes with it too. */
import type { RunConfig } from './config.schema'

type BatchSizes = Pick<RunConfig, 'device_batch_size' | 'max_seq_len'>

/** Tokens of one micro-batch: B × T. */
export function microBatchTokens({ device_batch_size: rows, max_seq_len: length }: BatchSizes): number {
  return rows * length
}

/**
 * Gradient accumulation: micro-batches of one optimizer step. Whole where the config has passed its checks; a config that
 * is being edited may give a fraction.
 */
export function gradAccumSteps(config: BatchSizes & Pick<RunConfig, 'total_batch_size'>): number {
  return config.total_batch_size / microBatchTokens(config)
}

/** Batches that an evaluation reads, as the reference counts them; 0 where eval_tokens fill none. */
export function evalBatches(config: BatchSizes & Pick<RunConfig, 'eval_tokens'>): number {
  return Math.floor(config.eval_tokens / microBatchTokens(config))
}

/** The optimizer steps that are asked for; null where the run goes through its epoch. */
export function askedSteps({ num_iterations: steps }: Pick<RunConfig, 'num_iterations'>): number | null {
  return steps === -1 ? null : steps
}
