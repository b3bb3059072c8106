/** What packing knows of a run before it starts, for the preflight to weigh. Pure zod, shared with the window. */
import { z } from 'zod'
import { lossKind } from './loss-kinds.schema'

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
  /** Supervised tokens after rendering's cut; of those, trained on, cropped, never trained; and those that it cuts off. */
  supervised: z.number(),
  supervised_used: z.number(),
  supervised_cropped: z.number(),
  supervised_never_trained: z.number(),
  supervised_cut_by_rendering: z.number(),
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
  /** Micro-batches of the run (of one epoch where the run is not planned) with few targets or none. */
  targets: z.object({
    loss: lossKind,
    micro_batches: z.int(),
    without: z.int(),
    with_few: z.int(),
    /** The first step, from 1, with a micro-batch that has no target; null where each has one. */
    first_step_without: z.int().nullable(),
  }),
})

export type EntryFacts = z.infer<typeof entryFacts>
export type PackingFacts = z.infer<typeof packingFacts>
