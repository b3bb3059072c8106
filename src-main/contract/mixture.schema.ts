/** What a mixture holds: tasks, rows, lengths, conversations. */
import { z } from 'zod'
import { datasetPlace } from '../data/dataset-place.schema'
import { exclude } from '../data/exclude.schema'
import { mixtureEntry } from '../data/mixture.schema'
import { nanochatFolder, type NanochatFolder } from '../runs/nanochat-folder.schema'
import { conversationView, taskLengths } from '../packing/conversations.schema'
import { int32 } from '../typed-arrays.schema'
import { splitName } from '../data/entry.schema'
import { look } from '../data/look.schema'
import { configAt } from './common.schema'

const taskSummary = z.object({
  /** Index in the mixture's task list: it is also the colour's index and the `task` of spans. */
  index: z.int(),
  /** Index in the config's list; repeats of one entry share it. */
  entry: z.int(),
  name: z.string(),
  label: z.string(),
  source: z.string(),
  /** Where a data set of the hub was found; undefined for everything else. */
  place: datasetPlace.optional(),
  /** Rows of the data that cannot be converted and were left out, as the entry asks for; absent where none was. */
  left_out: z.int().optional(),
  /** Rows of the entry, excluded ones included. */
  rows: z.int(),
  /** Number of those that are excluded. */
  excluded: z.int(),
})
const splitSummary = z.object({
  /** Conversations in one pass: without those that are excluded. */
  rows: z.int(),
  tasks: z.array(taskSummary),
})
const linesCheck = z.object({
  conversations: z.int(),
  /** The first hundred faults: `line 14` and what is wrong with it. */
  faults: z.array(z.object({ path: z.string(), message: z.string() })),
  /** Number of all faults. */
  faultCount: z.int(),
})
/** The lists in a file; one that it does not have is left out. Paths are absolute. */
const importedMixture = z.object({
  path: z.string(),
  train: z.array(mixtureEntry).optional(),
  val: z.array(mixtureEntry).optional(),
  /** What the file excludes of its train list. */
  exclude: exclude.optional(),
})

export const mixtureCalls = {
  /** Tasks and rows. Where a job name is given, a job with progress: opening decodes what is not decoded yet. */
  'mixture.describe': {
    input: z.object({ ...configAt, job: z.string().optional() }),
    output: z.object({ train: splitSummary, val: splitSummary }),
  },
  /** Renders every conversation of the split to count tokens: a job with progress. */
  'mixture.lengths': {
    input: z.object({ ...configAt, split: splitName, job: z.string() }),
    output: z.array(taskLengths),
  },
  'mixture.conversation': {
    input: z.object({
      ...configAt,
      split: splitName,
      at: z.union([
        z.object({ index: z.int().min(0) }),
        z.object({ task: z.int().min(0), row: z.int().min(0) }),
      ]),
    }),
    output: conversationView,
  },
  /** Rows of a task whose conversations contain a text, ignoring case: a job with progress. */
  'mixture.search': {
    input: z.object({
      ...configAt,
      split: splitName,
      task: z.int().min(0),
      text: z.string().min(1),
      job: z.string(),
    }),
    output: int32,
  },
  /** Every fault of a JSONL file by line, before the file is added: a job. */
  'mixture.checkFile': { input: z.object({ path: z.string(), job: z.string() }), output: linesCheck },
  /**
   * A look at an entry of the task Conversations before it is used: a job with progress. Without `counts`, only its
   * first rows are read.
   */
  'mixture.look': {
    input: z.object({ ...configAt, entry: mixtureEntry, counts: z.boolean(), job: z.string() }),
    output: look,
  },
  /** The nanochat folder that the config uses. */
  'mixture.folder': { input: z.object(configAt), output: nanochatFolder },
  /** Asks for a JSON file or a Python script and reads its lists; null: the dialog was cancelled. */
  'mixture.import': { input: z.object(configAt), output: importedMixture.nullable() },
  /** Asks for a place and writes the mixture there; null: the dialog was cancelled. */
  'mixture.export': {
    input: z.object({ ...configAt, format: z.enum(['json', 'python']) }),
    output: z.object({ path: z.string() }).nullable(),
  },
} as const

export type { NanochatFolder }
export type LinesCheck = z.infer<typeof linesCheck>
export type SplitSummary = z.infer<typeof splitSummary>
export type { ConversationView as RenderedConversation, TaskLengths } from '../packing/conversations.schema'
export type { Look } from '../data/look.schema'
