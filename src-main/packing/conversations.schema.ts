/** The shapes that describe conversations: one of them rendered, and the lengths of a task's. Pure zod. */
import { z } from 'zod'
import { conversation } from '../data/conversation.schema'
import { bytes, int32 } from '../typed-arrays.schema'

/** Lengths of one task's rendered conversations, in tokens, after rendering's cut at 2048. */
export const taskLengths = z.object({
  index: z.int(),
  conversations: z.int(),
  tokens: z.number(),
  supervised: z.number(),
  mean: z.number(),
  max: z.int(),
  /** Conversations longer than a row (max_seq_len + 1). */
  longer_than_row: z.int(),
  /** Conversations that rendering cuts at 2048 ids, and the ids that it cuts off (`tokens` does not include them). */
  conversations_cut_by_rendering: z.int(),
  tokens_cut_by_rendering: z.number(),
  /** Those of them that the assistant would be trained on; `supervised` does not include them. */
  supervised_cut_by_rendering: z.number(),
  /** Counts of conversations in bins of `bin_width` tokens, from 0. */
  bin_width: z.int(),
  bins: z.array(z.int()),
})
export const conversationView = z.object({
  /** Index in the shuffled mixture; null for a conversation that was read by task and row. */
  index: z.int().nullable(),
  task: z.int(),
  row: z.int(),
  conversation,
  ids: int32,
  /** 1 = the assistant is trained on it. */
  mask: bytes,
  /** Text of each token, special tokens by name. */
  pieces: z.array(z.string()),
  /** Index of the message that each token belongs to; -1 for bos. */
  message: z.array(z.int()),
})

export type TaskLengths = z.infer<typeof taskLengths>
export type ConversationView = z.infer<typeof conversationView>
