/** The loss of every token of a batch: a checkpoint's, or as the run recorded it. */
import { z } from 'zod'
import { float32 } from '../typed-arrays.schema'
import { splitName } from '../data/entry.schema'
import { configAt, ofRank } from './common.schema'

const batchLosses = z.object({
  /** [rows, seq_len] nats a token; NaN where the target is ignored: it has no loss. */
  losses: float32,
  /** Mean over the targets that count; null where none does. */
  mean: z.number().nullable(),
  /** Folder of the checkpoint that was asked; of the run, where it recorded them. */
  dir: z.string(),
  /** Of the checkpoint that was asked; of recorded losses the step that trained on the batch. */
  step: z.int(),
  /** Whether the run recorded them at that step, from the weights that the step began with. */
  recorded: z.boolean(),
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
      /**
       * A run's own batch: as it recorded it, else under its last checkpoint, or under the base that it began with if it has
       * none.
       */
      z.object({ runId: z.string(), ...batchAt }),
    ]),
    output: batchLosses,
  },
} as const

export type BatchLosses = z.infer<typeof batchLosses>
