/** What a mixture holds: tasks, rows, lengths, conversations. */
import { z } from 'zod'
import { conversation } from '../../data/conversation.schema'
import { mixtureEntry } from '../../data/mixture.schema'
import { bytes, configAt, int32, splitName } from './common.schema'

const taskSummary = z.object({
  /** Index in the mixture's task list: the colour's index, the `task` of spans. */
  index: z.int(),
  /** Index in the config's list; repeats of one entry share it. */
  entry: z.int(),
  name: z.string(),
  label: z.string(),
  source: z.string(),
  rows: z.int(),
})
const splitSummary = z.object({ rows: z.int(), tasks: z.array(taskSummary) })
/** Lengths of one task's rendered conversations, in tokens. */
const taskLengths = z.object({
  index: z.int(),
  conversations: z.int(),
  tokens: z.number(),
  supervised: z.number(),
  mean: z.number(),
  max: z.int(),
  /** Conversations longer than a row (max_seq_len + 1). */
  longer_than_row: z.int(),
  /** Counts in bins of `bin_width` tokens from 0. */
  bin_width: z.int(),
  bins: z.array(z.int()),
})
const renderedConversation = z.object({
  /** Index in the shuffled mixture; null for one read by task and row. */
  index: z.int().nullable(),
  task: z.int(),
  row: z.int(),
  conversation,
  ids: int32,
  /** 1 = the assistant is trained on it. */
  mask: bytes,
  /** Text of each token, special tokens by name. */
  pieces: z.array(z.string()),
  /** Message each token belongs to, -1 for bos. */
  message: z.array(z.int()),
})

export const mixtureCalls = {
  'mixture.describe': {
    input: z.object(configAt),
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
    output: renderedConversation,
  },
  /** Checks one entry before it is added: rows, or what is wrong with it by line. */
  'mixture.probe': {
    input: z.object({ ...configAt, entry: mixtureEntry }),
    output: z.object({ rows: z.int(), source: z.string() }),
  },
} as const

export type TaskSummary = z.infer<typeof taskSummary>
export type SplitSummary = z.infer<typeof splitSummary>
export type TaskLengths = z.infer<typeof taskLengths>
export type RenderedConversation = z.infer<typeof renderedConversation>
