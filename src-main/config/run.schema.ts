/**
 * The shapes of a run as it is shown: its state, its metrics, its log. Pure zod, shared with the window. Steps count
 * from 1: metric `step: 1` is the first optimizer step. An evaluation at step s was made after s steps.
 */
import { z } from 'zod'
import { runConfig } from './config.schema'

export { stepMetric, type StepMetric } from './step-figures.schema'

export const runState = z.enum([
  'preparing', // checking, loading the base checkpoint, opening the mixture
  'compiling', // the graph engine's first step
  'training',
  'evaluating',
  'saving',
  'pausing', // the current step is being finished
  'paused', // in memory, or saved: `resume` continues it
  'stopping',
  'stopped', // saved on request before its end
  'interrupted', // its process ended without a message; the last checkpoint is intact
  'failed',
  'done',
])

/** An evaluation's figures for one entry of mixture.val: the targets that lie in its conversations. */
export const taskBpb = z.object({
  /** Index in mixture.val. */
  entry: z.int(),
  task: z.string(),
  /** Names the entry for people: "MMLU all test". */
  label: z.string(),
  /** null where none of its targets has bytes. */
  val_bpb: z.number().nullable(),
  /** Mean loss, nats a token; null where it has no targets. */
  loss: z.number().nullable(),
  targets: z.int(),
  bytes: z.int(),
})

export const evalMetric = z.object({
  step: z.int(),
  /** Bits a byte of the validation text. */
  val_bpb: z.number(),
  seconds: z.number(),
  /** For every entry of mixture.val; runs from before November 2026 have none. */
  per_task: z.array(taskBpb).optional(),
})

export const logLine = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  level: z.enum(['info', 'warn', 'error']),
  text: z.string(),
})

export const failure = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string().optional(),
  issues: z
    .array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() }))
    .optional(),
})

/** What a person calls a run and says of it. Changing it changes nothing of the run. */
export const runLabels = z.object({
  name: z.string().trim().min(1).max(200),
  note: z.string().max(10_000),
  tags: z.array(z.string().trim().min(1).max(60)).max(20),
  starred: z.boolean(),
})

/** Of a branch: the run that it goes on from. */
export const runParent = z.object({
  id: z.string(),
  /** As it was called when the branch was made. */
  name: z.string(),
  /** Steps of the parent that the branch goes on from; 0 = its beginning. */
  step: z.int().min(0),
  /** What differs, in words: "num_iterations 200 in place of 100". */
  changes: z.array(z.string()),
})

export const runSummary = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  tags: z.array(z.string()),
  starred: z.boolean(),
  state: runState,
  /** Milliseconds since 1970. */
  created_at: z.number(),
  updated_at: z.number(),
  /** Optimizer steps done. */
  step: z.int(),
  /** Planned steps; null while not known. */
  total_steps: z.int().nullable(),
  progress: z.number(),
  last_loss: z.number().nullable(),
  best_val_bpb: z.number().nullable(),
  tok_per_sec: z.number().nullable(),
  training_time_s: z.number(),
  /** The device that the run really has: "CPU, 2 threads, float32, eager". */
  device: z.string(),
  /** Folder of the run: config, checkpoints, log. */
  dir: z.string(),
  /** Steps with a checkpoint that `resume` can start from. */
  checkpoints: z.array(z.int()),
  error: failure.nullable(),
  /** The run that it branched off; null for one of its own. */
  parent: runParent.nullable(),
  /** Up to 60 loss values for the spark line. */
  spark: z.array(z.number()),
})

export const runDetail = runSummary.extend({
  config: runConfig,
  config_path: z.string().nullable(),
  /** Where this run differs from the seed script on purpose, and why (docs/REFERENCE.md §6). */
  differences: z.array(z.string()),
  model: z
    .object({
      tag: z.string(),
      step: z.int(),
      parameters: z.int(),
      flops_per_token: z.number(),
      vocab_size: z.int(),
      n_layer: z.int(),
      n_embd: z.int(),
      n_head: z.int(),
      n_kv_head: z.int(),
    })
    .nullable(),
})

export type RunState = z.infer<typeof runState>
export type TaskBpb = z.infer<typeof taskBpb>
export type EvalMetric = z.infer<typeof evalMetric>
export type LogLine = z.infer<typeof logLine>
export type RunLabels = z.infer<typeof runLabels>
/** The labels to change; those left out stay. */
export type LabelPatch = { [Key in keyof RunLabels]?: RunLabels[Key] | undefined }
export type RunSummary = z.infer<typeof runSummary>
export type RunDetail = z.infer<typeof runDetail>
