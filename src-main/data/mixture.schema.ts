/**
 * The mixture as a config writes it: a list of tasks for train and one for val. Pure zod, shared with the window.
 * Every key is known; an unknown one is refused by name (the nearest known key is suggested in runs/config.ts).
 */
import { z } from 'zod'
import { MOST_EXAMPLES, MOST_REPEATS } from '../bounds.schema'

const natural = z.int().min(0)

/** No file's name holds a NUL character. */
export const filePath = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'must hold no NUL character')

/** A logical view over a dataset, as the reference's Task: rows start, start+step, … below stop. */
const slice = {
  start: natural.optional(),
  stop: natural.optional(),
  step: z.int().min(1).optional(),
  /** Lists the task this many times over, as so many tasks of the mixture. */
  repeat: z.int().min(1).max(MOST_REPEATS).describe('each time it is a task of its own').optional(),
}

/**
 * Local parquet files in place of the hub's: a list in its order, or a pattern (`train-*.parquet`) in natural order.
 * Paths are relative to the config file.
 */
const dataFiles = { data_files: z.union([filePath, z.array(filePath).min(1)]).optional() }

export const smolTalkEntry = z.strictObject({
  task: z.literal('SmolTalk'),
  split: z.enum(['train', 'test']),
  ...slice,
  ...dataFiles,
})

export const mmluEntry = z.strictObject({
  task: z.literal('MMLU'),
  subset: z.enum(['all', 'auxiliary_train']),
  split: z.enum(['train', 'validation', 'dev', 'test']),
  ...slice,
  ...dataFiles,
})

export const gsm8kEntry = z.strictObject({
  task: z.literal('GSM8K'),
  subset: z.enum(['main', 'socratic']),
  split: z.enum(['train', 'test']),
  ...slice,
  ...dataFiles,
})

export const customJsonEntry = z.strictObject({
  task: z.literal('CustomJSON'),
  /** A JSONL file, one array of messages a line. */
  filepath: filePath,
  /** A label only: the file is the split. */
  split: z.enum(['train', 'test']).optional(),
  ...slice,
})

const spelling = {
  split: z.enum(['train', 'test']),
  size: z.int().min(1).max(MOST_EXAMPLES).describe('beyond it lie the test split’s examples').default(1000),
  /** One word a line; default `words_alpha.txt` in base_dir. */
  word_list: filePath.optional(),
  ...slice,
}

export const simpleSpellingEntry = z.strictObject({ task: z.literal('SimpleSpelling'), ...spelling })
export const spellingBeeEntry = z.strictObject({ task: z.literal('SpellingBee'), ...spelling })

export const mixtureEntry = z.discriminatedUnion('task', [
  smolTalkEntry,
  mmluEntry,
  gsm8kEntry,
  customJsonEntry,
  simpleSpellingEntry,
  spellingBeeEntry,
])

export const mixture = z.strictObject({
  /** May be empty while it is being edited; what reads it from a file refuses that (runs/config.ts). */
  train: z.array(mixtureEntry),
  val: z.array(mixtureEntry),
})

export type MixtureEntry = z.infer<typeof mixtureEntry>
export type MixtureConfig = z.infer<typeof mixture>
export type SplitName = 'train' | 'val'
