/**
 * A run's config: the reference's option names and defaults (docs/REFERENCE.md §5), plus ours (docs/ARCHITECTURE.md,
 * "The command line"). Pure zod, shared with the window. Rules that span fields (divisibility, paths) are in config.ts.
 */
import { z } from 'zod'
import {
  MOST_BUFFERED,
  MOST_EVAL_TOKENS,
  MOST_ROWS,
  MOST_SEQ_LEN,
  MOST_STEP_TOKENS,
  MOST_STEPS,
} from '../bounds.schema'
import { filePath } from '../data/entry.schema'
import { exclude } from '../data/exclude.schema'
import { mixture } from '../data/mixture.schema'
import { lossKind } from '../packing/loss-kinds.schema'
import { trainablePacking } from '../packing/packings.schema'
import { OPTIMIZER_NAMES } from './optimizer-names.schema'

const learningRate = z.number().min(0)

/** A number of at least 1; the description of its bound says what a higher number would cost. */
const counted = (most: number, cost: string): z.ZodInt => z.int().min(1).max(most).describe(cost)

/** Like nanochat's own tags: one part of a path, with nothing that a shell or a listing hides. */
const folderName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+=@-]*$/)
  .describe('a folder name of letters, digits and . _ + = @ -')

export const runConfig = z.strictObject({
  // Logging
  run: z.string().min(1).default('dummy'),
  // Runtime
  device_type: z.enum(['', 'cpu', 'cuda']).default(''),
  dtype: z.enum(['float32', 'bfloat16']).default('bfloat16'),
  engine: z.enum(['graph', 'eager']).default('graph'),
  seed: z.int().min(0).default(42),
  // Model loading
  base_dir: filePath.nullable().default(null),
  model_tag: filePath.nullable().default(null),
  model_step: z.int().min(0).nullable().default(null),
  // Training horizon
  num_iterations: z
    .union([z.literal(-1), counted(MOST_STEPS, 'each step is kept in the run’s record')])
    .default(-1),
  // Batch sizes
  max_seq_len: counted(MOST_SEQ_LEN, 'a step’s memory grows with it').default(2048),
  device_batch_size: counted(MOST_ROWS, 'a step’s memory grows with it').default(32),
  total_batch_size: counted(MOST_STEP_TOKENS, 'the tokens of a whole step wait in memory').default(524288),
  // Packing
  packing: trainablePacking.default('bestfit-crop'),
  buffer_size: counted(MOST_BUFFERED, 'every state of the loader that is kept holds so many').default(100),
  // Optimization
  loss: lossKind.default('all'),
  optimizer: z.enum(OPTIMIZER_NAMES).default('2026-01'),
  embedding_lr: learningRate.default(0.2),
  unembedding_lr: learningRate.default(0.004),
  matrix_lr: learningRate.default(0.02),
  weight_decay: z.number().min(0).default(0),
  init_lr_frac: z.number().min(0).default(1),
  // Evaluation
  eval_every: z.union([z.literal(-1), z.int().min(1)]).default(150),
  eval_tokens: counted(MOST_EVAL_TOKENS, 'each evaluation reads so many').default(20 * 524288),
  // Output
  save_every: z.union([z.literal(-1), z.int().min(1)]).default(-1),
  dry_run: z.boolean().default(false),
  output_tag: folderName.nullable().default(null),
  mixture,
  exclude: exclude.default([]),
})

/** A config with every default filled in. */
export type RunConfig = z.infer<typeof runConfig>
/** A config as a file holds it: defaults may be left out. */
export type RunConfigInput = z.input<typeof runConfig>
