/**
 * A run's config: the reference's option names (docs/REFERENCE.md §5, §8), plus ours (docs/ARCHITECTURE.md, "The command
 * line"), and the one table of their defaults by recipe. Pure zod, shared with the window. Which value holds where none
 * is given is in resolve.ts; rules that span fields (divisibility, paths) are in config.ts.
 */
import { z } from 'zod'
import {
  MOST_BUFFERED,
  MOST_EVAL_TOKENS,
  MOST_PROMPT_LENGTH,
  MOST_PROMPTS,
  MOST_RECORDED,
  MOST_RANKS,
  MOST_ROWS,
  MOST_SEQ_LEN,
  MOST_STEP_TOKENS,
  MOST_STEPS,
} from '../bounds.schema'
import { filePath } from '../data/entry.schema'
import { MEASURED_TASKS, measuredTask } from '../evaluation/measured-names.schema'
import { exclude } from '../data/exclude.schema'
import { mixture } from '../data/mixture.schema'
import { lossKind } from '../packing/loss-kinds.schema'
import { trainablePacking } from '../packing/packings.schema'
import { loggerName, LOGGERS } from './loggers.schema'
import { OPTIMIZER_NAMES } from './optimizer-names.schema'
import { RECIPES } from './recipes.schema'

const learningRate = z.number().min(0)
/** A part of a run's progress. */
const share = z.number().min(0).max(1)
const every = z.union([z.literal(-1), z.int().min(1)])

/** A number of at least 1; the description of its bound says what a higher number would cost. */
const counted = (most: number, cost: string): z.ZodInt => z.int().min(1).max(most).describe(cost)

/** Like nanochat's own tags: one part of a path, with nothing that a shell or a listing hides. */
const folderName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+=@-]*$/)
  .describe('a folder name of letters, digits and . _ + = @ -')

/** Where a rank's server listens. */
const hostAndPort = z
  .string()
  .max(300)
  .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):[0-9]{1,5}$/)
  .describe('a host and a port, such as 10.0.0.5:2222')

/** The values that an option takes, and the one that holds by recipe where neither the config nor a base gives one. */
interface Option<Schema extends z.ZodType> {
  schema: Schema
  mid: z.output<Schema>
  sft: z.output<Schema>
}

function option<Schema extends z.ZodType>(
  schema: Schema,
  mid: z.output<Schema>,
  sft: z.output<Schema> = mid,
): Option<Schema> {
  return { schema, mid, sft }
}

/** Every option but the mixture: its values, its default in recipe mid and, where that is another, in sft. */
const OPTIONS = {
  // Logging
  run: option(z.string().min(1), 'dummy'),
  loggers: option(z.array(loggerName).describe(`a list of ${LOGGERS.join(', ')}, or of some of them`), []),
  // Runtime
  device_type: option(z.enum(['', 'cpu', 'cuda']), ''),
  dtype: option(z.enum(['float32', 'bfloat16']), 'bfloat16'),
  engine: option(z.enum(['graph', 'eager']), 'graph'),
  seed: option(z.int().min(0), 42),
  // Ranks: processes that train one model together (docs/ARCHITECTURE.md, "Ranks")
  world_size: option(counted(MOST_RANKS, 'each rank is a process with a copy of the model'), 1),
  hosts: option(z.array(hostAndPort), []),
  /** Each rank keeps a share of the optimizers' state in place of all of it; a lost rank then takes its share along. */
  shard_optimizer: option(z.boolean(), false),
  // Model loading
  base_dir: option(filePath.nullable(), null),
  model_tag: option(filePath.nullable(), null),
  model_step: option(z.int().min(0).nullable(), null),
  load_optimizer: option(z.boolean(), false, true),
  // Training horizon
  num_iterations: option(
    z.union([z.literal(-1), counted(MOST_STEPS, 'each step is kept in the run’s record')]),
    -1,
  ),
  // Batch sizes
  max_seq_len: option(counted(MOST_SEQ_LEN, 'a step’s memory grows with it'), 2048),
  device_batch_size: option(counted(MOST_ROWS, 'a step’s memory grows with it'), 32),
  total_batch_size: option(counted(MOST_STEP_TOKENS, 'the tokens of a whole step wait in memory'), 524288),
  // Packing
  packing: option(trainablePacking, 'bestfit-crop', 'bestfit-pad'),
  buffer_size: option(counted(MOST_BUFFERED, 'every state of the loader that is kept holds so many'), 100),
  // Optimization
  loss: option(lossKind, 'all', 'completion'),
  optimizer: option(z.enum(OPTIMIZER_NAMES), '2026-01', '2026-07'),
  embedding_lr: option(learningRate, 0.2, 0.3),
  unembedding_lr: option(learningRate, 0.004),
  matrix_lr: option(learningRate, 0.02),
  weight_decay: option(z.number().min(0), 0),
  init_lr_frac: option(z.number().min(0), 1, 0.8),
  warmup_ratio: option(share, 0),
  warmdown_ratio: option(share, 0.2, 0.5),
  final_lr_frac: option(share, 0),
  // Evaluation
  eval_every: option(every, 150, 200),
  eval_tokens: option(counted(MOST_EVAL_TOKENS, 'each evaluation reads so many'), 20 * 524288, 40 * 524288),
  // On the way: null is as eval_every, -1 never; without prompts or tasks there is nothing to do
  sample_every: option(every.nullable(), null),
  sample_prompts: option(
    z
      .array(z.string().max(MOST_PROMPT_LENGTH).regex(/\S/).describe('a text that is not blank'))
      .max(MOST_PROMPTS)
      .describe('a list of texts, each of which the model answers as a user’s message'),
    [],
  ),
  measure_every: option(every.nullable(), null),
  measure_tasks: option(
    z.array(measuredTask).describe(`a list of ${MEASURED_TASKS.join(', ')}, or of some of them`),
    [],
  ),
  measure_max_problems: option(every, 64),
  record_losses: option(
    z
      .array(z.int().min(1).max(MOST_STEPS))
      .max(MOST_RECORDED)
      .describe('a list of steps, from 1, of which the loss of every token is recorded'),
    [],
  ),
  // Output
  save_every: option(every, -1),
  dry_run: option(z.boolean(), false),
  output_tag: option(folderName.nullable(), null),
}

type Options = typeof OPTIONS
/** The name of an option; `recipe`, `mixture` and `exclude` are none. */
export type OptionName = keyof Options

const entries = Object.entries<Option<z.ZodType>>(OPTIONS)

const complete = Object.fromEntries(
  entries.map(([name, { schema, mid }]) => [name, schema.default(mid)]),
) as unknown as { [Name in OptionName]: z.ZodDefault<Options[Name]['schema']> }

const optional = Object.fromEntries(
  entries.map(([name, { schema }]) => [name, schema.optional()]),
) as unknown as { [Name in OptionName]: z.ZodOptional<Options[Name]['schema']> }

/**
 * A config in which every option has its value. What a run is made with is kept so; options that an earlier Midbench did
 * not have are read as in recipe mid, which was its only one.
 */
export const runConfig = z.strictObject({
  recipe: z.enum(RECIPES).default('mid'),
  ...complete,
  mixture,
  exclude: exclude.default([]),
})

/** A config as a person gives it: an option that is left out is left out here too. */
export const givenConfig = z.strictObject({
  recipe: z.enum(RECIPES).optional(),
  ...optional,
  /** Only recipe sft has a mixture of its own. */
  mixture: mixture.optional(),
  exclude: exclude.optional(),
})

/** A config in which every option has its value. */
export type RunConfig = z.infer<typeof runConfig>
/** A config as a file holds a complete one: options may be left out. */
export type RunConfigInput = z.input<typeof runConfig>
export type GivenConfig = z.infer<typeof givenConfig>
export type OptionValues = Pick<RunConfig, OptionName>

/** The default of every option, by recipe. */
export const DEFAULTS: Readonly<Record<RunConfig['recipe'], Readonly<OptionValues>>> = {
  mid: defaultsOf('mid'),
  sft: defaultsOf('sft'),
}

function defaultsOf(recipe: RunConfig['recipe']): OptionValues {
  return Object.fromEntries(entries.map(([name, each]) => [name, each[recipe]])) as unknown as OptionValues
}

/** Whether an option takes the value. */
export function takes(name: OptionName, value: unknown): boolean {
  return OPTIONS[name].schema.safeParse(value).success
}
