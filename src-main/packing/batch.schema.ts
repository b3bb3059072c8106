/** Shapes that describe packed batches: where conversations lie, what a batch holds, how a row was filled. Pure zod. */
import { z } from 'zod'
import { splitName } from '../data/entry.schema'
import { lossKind } from './loss-kinds.schema'
import { bytes, int32 } from '../typed-arrays.schema'

/** Where one conversation went, as far as lengths alone tell. */
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

/** What one task gives to a batch, and what the batch loses of it. */
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
  /** [rows, seq_len + 1] the role of each id, a code of ROLES. */
  roles: bytes,
  spans: z.array(span),
  /** First padded position of each row; seq_len + 1 where nothing is padded. */
  pad_from: z.array(z.int()),
  /**
   * Which targets the loss counts. The id at position p > 0 of a row is a target where it is not padding and, with
   * completion loss, its mask is 1.
   */
  loss: lossKind,
  /** [rows] how many targets each row has that the loss counts. */
  targets: int32,
  /** Every id that occurs in the batch, once, with its text and its byte length. */
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

/** Where a conversation goes. Its first `length` ids are trained on; the `cropped` ids after them are lost. */
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

/** A conversation that is in the buffer when a choice is made. */
const replayCandidate = z.object({
  conversation: z.int(),
  task: z.int(),
  length: z.int(),
  /** Position in the buffer, from 0, in reading order. */
  order: z.int(),
  fits: z.boolean(),
})

/** One placement in a row. */
const replayStep = z.object({
  offset: z.int(),
  /** Ids that the row has room for. */
  remaining: z.int(),
  /** Number of conversations in the buffer, and how many of them would have fitted. */
  buffered: z.int(),
  fitting: z.int(),
  /** Conversations of the buffer, longest first: all of them, or those nearest to the choice. */
  candidates: z.array(replayCandidate),
  /** Rank by length, from 0, of the first candidate listed. */
  first_rank: z.int(),
  /** The conversation taken; null where the rest of the row is padding. */
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
