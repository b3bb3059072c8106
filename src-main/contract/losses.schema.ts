/** A checkpoint's loss of every token of a batch. */
import { z } from 'zod'
import { float32 } from '../typed-arrays.schema'
import { splitName } from '../data/entry.schema'
import { configAt, ofRank } from './common.schema'

const batchLosses = z.object({
  /** [rows, seq_len] nats a token; NaN where the target is ignored: it has no loss. */
  losses: float32,
  /** Mean over the targets that count; null where none does. */
  mean: z.number().nullable(),
  /** Folder of the checkpoint that was asked. */
  dir: z.string(),
  step: z.int(),
})

const batchAt = { ...ofRank, split: splitName, batch: z.int().min(0), job: z.string() }

export const lossCalls = {
  /** A model's first batch takes seconds, since the model is loaded; later ones only the time of the batch. A job. */
  'losses.batch': {
    input: z.union([
      z.object({
        ...configAt,
        ...batchAt,
        /** The run whose last checkpoint is asked; null = the base checkpoint that the config starts from. */
        runId: z.string().nullable(),
      }),
      /** A run's own batch under its last checkpoint, or under the base that it began with if it has none. */
      z.object({ runId: z.string(), ...batchAt }),
    ]),
    output: batchLosses,
  },
} as const

export type BatchLosses = z.infer<typeof batchLosses>
