/** What a checkpoint makes of a batch, token by token. */
import { z } from 'zod'
import { float32 } from '../typed-arrays.schema'
import { splitName } from '../data/entry.schema'
import { configAt } from './common.schema'

const batchLosses = z.object({
  /** [rows, seq_len] nats a token; 0 where the target is ignored. */
  losses: float32,
  /** Over the targets that count. */
  mean: z.number(),
  /** The checkpoint asked. */
  dir: z.string(),
  step: z.int(),
})

const batchAt = { split: splitName, batch: z.int().min(0), job: z.string() }

export const lossCalls = {
  /** Seconds for a model's first batch, in which it is loaded; for the next ones what the batch takes. A job. */
  'losses.batch': {
    input: z.union([
      z.object({
        ...configAt,
        ...batchAt,
        /** Whose last checkpoint is asked; null = the base checkpoint that the config starts from. */
        runId: z.string().nullable(),
      }),
      /** A run's own batch, under its last checkpoint, or the base that it began with where it has none. */
      z.object({ runId: z.string(), ...batchAt }),
    ]),
    output: batchLosses,
  },
} as const

export type BatchLosses = z.infer<typeof batchLosses>
