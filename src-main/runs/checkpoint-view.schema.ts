/**
 * What the checkpoint browser shows: a row for each checkpoint, its tensors, and how a tensor's numbers are
 * distributed. Pure zod.
 */
import { z } from 'zod'
import { modelConfig } from '../model/config.schema'
import { failure } from '../config/run.schema'

/** Where a checkpoint lies: in nanochat's folders, in another folder named `…_checkpoints`, or in a run's own. */
export const checkpointPlace = z.enum(['base', 'mid', 'sft', 'rl', 'other', 'run'])

const groupName = z.enum(['embedding', 'value embeddings', 'head', 'attention', 'mlp', 'scalars', 'other'])

export const checkpointRow = z.object({
  dir: z.string(),
  step: z.int(),
  place: checkpointPlace,
  /** `base_checkpoints`; "runs" for a run's own. */
  folder: z.string(),
  /** The model's tag; a run's name. */
  tag: z.string(),
  runId: z.string().nullable(),
  /** Equal for checkpoints of the same model (checkpoint/identity.ts); null where it cannot be read. */
  identity: z.string().nullable(),
  /** It is not made yet: a recipe makes it when it is first used. */
  planned: z.boolean(),
  /** null where the meta file is missing or wrong. */
  config: modelConfig.nullable(),
  /** Which of nanochat's models it is, and what its files do not tell. */
  form: z.object({ label: z.string(), note: z.string().nullable() }).nullable(),
  val_bpb: z.number().nullable(),
  /** Size on disk of model, meta and optimizer files. */
  bytes: z.number(),
  parameters: z.number(),
  groups: z.array(z.object({ name: groupName, parameters: z.number() })),
  has_optimizers: z.boolean(),
  /** Why no run can start from it; empty where one can. */
  obstacles: z.array(failure),
})

export const checkpointList = z.object({
  /** The nanochat folder that was looked in. */
  base_dir: z.string(),
  rows: z.array(checkpointRow),
  /** Where a run of this config would start; null where there is nothing to start from. */
  chosen: z.object({ dir: z.string(), step: z.int() }).nullable(),
})

export const tensorSummary = z.object({
  name: z.string(),
  shape: z.array(z.int()),
  dtype: z.enum(['float32', 'bfloat16', 'float16', 'int32', 'int64']),
  group: groupName,
})

export const tensorHistogram = z.object({
  /** Smallest finite number; null where there are none. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  /** Standard deviation. */
  deviation: z.number().nullable(),
  zeros: z.int(),
  /** Number of NaNs and infinities. */
  notFinite: z.int(),
  /** Number of finite values in each of equal intervals from min to max. */
  counts: z.array(z.int()),
})

export type CheckpointPlace = z.infer<typeof checkpointPlace>
export type CheckpointRow = z.infer<typeof checkpointRow>
export type CheckpointList = z.infer<typeof checkpointList>
