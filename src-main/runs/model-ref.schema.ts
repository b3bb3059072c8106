/**
 * Which model a question is about, and what is shown of it. Pure zod, shared with the window: whatever asks models
 * beside a run (talking, measuring) names them in this way.
 */
import { z } from 'zod'
import { failure } from '../config/run.schema'
import { checkpointPlace } from './checkpoint-view.schema'

export const modelRef = z.discriminatedUnion('of', [
  /** The base checkpoint that a config starts from; the config stands beside it. */
  z.object({ of: z.literal('base') }),
  /** The last save of a run, which may be training. */
  z.object({ of: z.literal('run'), runId: z.string() }),
  /** A checkpoint that was listed: in nanochat's folders, where a run's result is one, or among a run's saves. */
  z.object({ of: z.literal('checkpoint'), dir: z.string(), step: z.int().min(0) }),
])

export const modelView = z.object({
  model: modelRef,
  /** `Base d4`; a run's name; `d4-2 in mid_checkpoints`. */
  title: z.string(),
  place: checkpointPlace,
  tag: z.string(),
  /** Of the checkpoint that would answer now. */
  step: z.int(),
  dir: z.string(),
  /** The run that it was saved by; null for a checkpoint in nanochat's folders. */
  runId: z.string().nullable(),
  /** Equal for checkpoints of the same model; null where it is not known. */
  identity: z.string().nullable(),
  /** Bits a byte, as its own meta file has it. */
  val_bpb: z.number().nullable(),
  parameters: z.number(),
  /** Type of the matrix products that it answers with, unless another is asked for. */
  dtype: z.enum(['float32', 'bfloat16']),
  /** null where its meta file is missing or wrong. */
  vocab_size: z.int().nullable(),
  /** Number of ids that it was trained on at once; it can be asked with ten times as many. */
  sequence_len: z.int().nullable(),
  /** Whether its run goes on, so that a later save will answer. */
  changing: z.boolean(),
  /** Whether it was ever taught to chat; a base checkpoint was not. */
  chats: z.enum(['yes', 'no', 'unknown']),
  /** Why it cannot be asked; null where it can. */
  refusal: failure.nullable(),
})

export type ModelRef = z.infer<typeof modelRef>
export type ModelView = z.infer<typeof modelView>
