/** What packing knows of a run before it starts, for the preflight to weigh. Pure zod, shared with the window. */
import { z } from 'zod'

/** What becomes of one entry of mixture.train over an epoch, its repeats together. */
export const entryFacts = z.object({
  /** Index in mixture.train. */
  entry: z.int(),
  name: z.string(),
  conversations: z.int(),
  conversations_longer_than_row: z.int(),
  /** Number of ids of its longest conversation, after rendering's cut. */
  longest: z.int(),
  /** Tokens after rendering's cut. */
  tokens: z.number(),
  tokens_used: z.number(),
  tokens_cropped: z.number(),
  /** Number of conversations that rendering cuts at 2048 ids, and of the ids that it cuts off. */
  conversations_cut_by_rendering: z.int(),
  tokens_cut_by_rendering: z.number(),
})

export const packingFacts = z.object({
  /** Complete optimizer steps of one epoch. */
  epoch_steps: z.int(),
  /** Batches that one pass over the val mixture fills; null without val tasks. */
  val_batches: z.int().nullable(),
  /** Number of train conversations longer than a row. */
  longer_than_row: z.int(),
  /** Number of train conversations in one pass. */
  conversations: z.int(),
  /** What the run itself, with the steps it is asked for, leaves out and repeats; null where it makes many passes. */
  run: z
    .object({
      steps: z.int(),
      conversations_never_trained: z.int(),
      /** Placements beyond one of each conversation. */
      conversations_placed_again: z.int(),
    })
    .nullable(),
  entries: z.array(entryFacts),
})

export type EntryFacts = z.infer<typeof entryFacts>
export type PackingFacts = z.infer<typeof packingFacts>
