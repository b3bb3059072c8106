/** What is told of packed batches: where conversations lie, what a batch holds, how a row was filled. Pure zod. */
import { z } from 'zod'
import { splitName } from '../data/entry.schema'
import { bytes, int32 } from '../typed-arrays.schema'

/** Where one conversation went: what is known from lengths alone. */
export const placement = z.object({
  /** Row of the batch, from 0. */
  row: z.int(),
  /** First position in the row. */
  offset: z.int(),
  /** Ids of the conversation that are in the row. */
  length: z.int(),
  /** Ids of the conversation that were cut off and are lost. */
  cropped: z.int(),
  /** Index in the mixture (shuffled order). */
  conversation: z.int(),
})

/** A piece of one conversation in one row. Positions count in the row of `seqLen + 1` ids. */
export const span = placement.extend({
  /** Index of the task in the mixture's task list. */
  task: z.int(),
  /** Row of the task's own dataset. */
  taskRow: z.int(),
})

/** What one task gives to a batch, and what it loses in it. */
export const taskShare = z.object({
  task: z.int(),
  conversations: z.int(),
  /** Ids in the rows. */
  used: z.int(),
  /** Ids cut off. */
  cropped: z.int(),
  cropped_conversations: z.int(),
})

export const batchView = z.object({
  split: splitName,
  batch: z.int(),
  rows: z.int(),
  seq_len: z.int(),
  /** [rows, seq_len + 1] ids; inputs are [:, :-1], targets [:, 1:]. */
  ids: int32,
  /** [rows, seq_len + 1] 1 = trained on in a masked loss. */
  mask: bytes,
  /** [rows, seq_len + 1] what each id is, a code of ROLES. */
  roles: bytes,
  spans: z.array(span),
  /** First padded position of each row; seq_len + 1 where nothing is padded. */
  pad_from: z.array(z.int()),
  /** Every id that occurs, once, with its text and its byte length. */
  vocabulary: z.array(z.object({ id: z.int(), text: z.string(), bytes: z.int() })),
  tokens_used: z.int(),
  tokens_cropped: z.int(),
  tokens_padded: z.int(),
  per_task: z.array(taskShare),
  epoch: z.int(),
  progress: z.number(),
  last_step: z.boolean(),
})
/** Where a batch's conversations lie, without its ids. */
export const batchLayout = batchView.pick({
  batch: true,
  rows: true,
  seq_len: true,
  spans: true,
  pad_from: true,
})

/** Where a conversation goes. Its first `length` ids are trained on, the `cropped` ones after them are lost. */
export const conversationPlace = z.object({
  conversation: z.int(),
  /** Optimizer step, from 1. */
  step: z.int(),
  batch: z.int(),
  row: z.int(),
  offset: z.int(),
  length: z.int(),
  cropped: z.int(),
})

/** A conversation in the buffer at the time of a choice. */
const replayCandidate = z.object({
  conversation: z.int(),
  task: z.int(),
  length: z.int(),
  /** Place in the buffer, from 0: the order of reading. */
  order: z.int(),
  fits: z.boolean(),
})

/** One placement of a row. */
const replayStep = z.object({
  offset: z.int(),
  /** Ids that the row has room for. */
  remaining: z.int(),
  /** Conversations in the buffer, and how many of them would have fitted. */
  buffered: z.int(),
  fitting: z.int(),
  /** Of the buffer, longest first: all, or those about the choice. */
  candidates: z.array(replayCandidate),
  /** Rank by length of the first candidate told, from 0. */
  first_rank: z.int(),
  /** The one taken; null where the rest of the row is padding. */
  chosen: z.int().nullable(),
  length: z.int(),
  cropped: z.int(),
})

export const rowReplay = z.object({
  batch: z.int(),
  row: z.int(),
  /** Ids a row. */
  capacity: z.int(),
  steps: z.array(replayStep),
})

export type Placement = z.infer<typeof placement>
export type Span = z.infer<typeof span>
export type TaskShare = z.infer<typeof taskShare>
export type BatchView = z.infer<typeof batchView>
export type LayoutView = z.infer<typeof batchLayout>
export type ConversationPlace = z.infer<typeof conversationPlace>
export type ReplayStep = z.infer<typeof replayStep>
export type RowReplay = z.infer<typeof rowReplay>
