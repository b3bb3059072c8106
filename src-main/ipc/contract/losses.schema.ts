/** What a checkpoint makes of a batch, token by token. */
import { z } from 'zod'
import { configAt, float32, splitName } from './common.schema'

const batchLosses = z.object({
  /** [rows, seq_len] nats a token; 0 where the target is ignored. */
  losses: float32,
  /** Over the targets that count. */
  mean: z.number(),
  /** The checkpoint asked. */
  dir: z.string(),
  step: z.int(),
})

export const lossCalls = {
  /** Loads a checkpoint in a thread of its own: seconds. A job. */
  'losses.batch': {
    input: z.object({
      ...configAt,
      split: splitName,
      batch: z.int().min(0),
      /** Whose last checkpoint is asked; null = the base checkpoint that the config starts from. */
      runId: z.string().nullable(),
      job: z.string(),
    }),
    output: batchLosses,
  },
} as const

export type BatchLosses = z.infer<typeof batchLosses>
