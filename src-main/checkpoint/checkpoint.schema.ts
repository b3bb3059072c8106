/**
 * The JSON files of a checkpoint. Pure zod.
 *
 * `meta_*.json` is nanochat's: keys that we do not know are kept as they are. `resume.json`, `manifest.json` and
 * `base_recipe.json` are ours.
 */
import { z } from 'zod'
import { modelConfig } from '../model/config.schema'

const natural = z.int().min(0)
const positive = z.int().min(1)

export const checkpointMeta = z.looseObject({
  step: natural,
  /** Bits a byte on the validation text; null where it was not measured. */
  val_bpb: z.number().nullish(),
  model_config: modelConfig,
  /** The options that the run was started with, under the names in its script. */
  user_config: z.record(z.string(), z.unknown()).optional(),
  device_batch_size: positive.optional(),
  max_seq_len: positive.optional(),
})

/** The meta file as other versions write it: the step may be in the file's name alone, and unused keys may be null. */
export const storedMeta = checkpointMeta.extend({
  step: natural.nullish(),
  user_config: checkpointMeta.shape.user_config.nullable(),
  device_batch_size: positive.nullish(),
  max_seq_len: positive.nullish(),
})

export const resumeState = z.strictObject({
  format: z.literal('midbench-resume-1'),
  /** Optimizer steps done. */
  step: natural,
  /** The run loop's own state: position in the data, averages, times. The engine defines and checks its content. */
  loop: z.unknown(),
})

/** The files that must be in the folder, so that a torn checkpoint is recognised. */
export const manifest = z.strictObject({
  format: z.literal('midbench-checkpoint-1'),
  step: natural,
  files: z.record(z.string(), z.strictObject({ bytes: natural, sha256: z.string() })),
})

/** A base checkpoint that is initialised from a seed on first use. */
export const baseRecipe = z.strictObject({
  model_tag: z.string().regex(/^\w[\w.-]*$/, 'must be a folder name'),
  seed: natural,
  model_config: modelConfig,
})

export type CheckpointMeta = z.infer<typeof checkpointMeta>
export type ResumeState = z.infer<typeof resumeState>
export type Manifest = z.infer<typeof manifest>
export type BaseRecipe = z.infer<typeof baseRecipe>
