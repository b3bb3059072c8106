/** The shapes that describe a plan, and packings side by side. Pure zod. */
import { z } from 'zod'
import { MOST_BUFFERED, MOST_ROWS, MOST_SEQ_LEN } from '../bounds.schema'
import { int32 } from '../typed-arrays.schema'
import { lossKind } from './loss-kinds.schema'
import { packingName } from './packings.schema'

/** Conversations and tokens over the epoch, for one task or all. */
export const totals = z.object({
  conversations: z.int(),
  tokens: z.number(),
  conversations_placed: z.int(),
  /** Conversations of these that are placed a second time, since the next pass begins before this one ends. */
  conversations_placed_again: z.int(),
  conversations_cropped: z.int(),
  conversations_never_trained: z.int(),
  conversations_longer_than_row: z.int(),
  /** Number of ids of the longest conversation. */
  longest: z.int(),
  /** Conversations that rendering cuts at 2048 ids, and the ids that it cuts off (`tokens` does not include them). */
  conversations_cut_by_rendering: z.int(),
  tokens_cut_by_rendering: z.number(),
  tokens_used: z.number(),
  tokens_cropped: z.number(),
  tokens_never_trained: z.number(),
  /** Conversations that the config excludes; no other figure counts them. */
  conversations_excluded: z.int(),
  /** Supervised tokens that the conversations give, of `tokens`. */
  supervised: z.number(),
  /** Of those: trained on (a second time counted too), cut off by packing, in conversations that are never trained. */
  supervised_used: z.number(),
  supervised_cropped: z.number(),
  supervised_never_trained: z.number(),
  /** Supervised tokens that rendering cuts off; `supervised` does not include them. */
  supervised_cut_by_rendering: z.number(),
})

/** Rows and micro-batches of which fewer than this share of the positions are targets have few. */
export const FEW_TARGETS = 0.01

/** Targets along the plan: those that the loss counts. Few targets: at least one, below FEW_TARGETS. */
const targetCounts = z.object({
  loss: lossKind,
  rows_without: z.int(),
  rows_with_few: z.int(),
  batches_without: z.int(),
  batches_with_few: z.int(),
  /** The first batch, from 0, that has no target, and the first with a row that has none; null where there is none. */
  first_batch_without: z.int().nullable(),
  first_batch_with_row_without: z.int().nullable(),
  /** [batches × batch_size] targets of each row, batch after batch; null for a plan of millions of rows. */
  per_row: int32.nullable(),
})

export const taskTotals = totals.extend({ task: z.int(), name: z.string() })

export const planView = totals.extend({
  packing: z.string(),
  seq_len: z.int(),
  batch_size: z.int(),
  buffer_size: z.int(),
  rank: z.int(),
  world_size: z.int(),
  batches_per_step: z.int(),
  /** Complete optimizer steps of one pass over the mixture. */
  steps: z.int(),
  batches: z.int(),
  /** Batches of the epoch after its last complete step. */
  batches_left_over: z.int(),
  rows: z.int(),
  tokens_padded: z.number(),
  /** Used / all positions of the rows, 0 to 1. */
  utilisation: z.number(),
  per_task: z.array(taskTotals),
  /** Tokens along the batches, summed over `batches_per_point` batches a point. */
  curve: z.object({
    batches_per_point: z.int(),
    used: z.array(z.number()),
    cropped: z.array(z.number()),
    padded: z.array(z.number()),
  }),
  targets: targetCounts,
  /** What the buffer holds after every so many batches. Ages are in batches since a conversation was read. */
  buffer: z.object({
    batches_per_point: z.int(),
    oldest: z.array(z.int()),
    mean_age: z.array(z.number()),
    /** Share of the buffered conversations that are longer than a row, 0 to 1. */
    too_long: z.array(z.number()),
  }),
})

export const packingVariant = z.object({
  packing: packingName,
  seq_len: z.int().min(1).max(MOST_SEQ_LEN),
  batch_size: z.int().min(1).max(MOST_ROWS),
  buffer_size: z.int().min(1).max(MOST_BUFFERED),
})
export const comparison = z.object({
  ...packingVariant.shape,
  batches: z.int(),
  rows: z.int(),
  /** Complete optimizer steps of total_batch_size tokens. */
  steps: z.int(),
  tokens_used: z.number(),
  tokens_cropped: z.number(),
  tokens_padded: z.number(),
  utilisation: z.number(),
  /** Cropped / (used + cropped), 0 to 1. */
  loss_by_cropping: z.number(),
  conversations_cropped: z.int(),
  conversations_longer_than_row: z.int(),
  conversations_never_trained: z.int(),
  supervised: z.number(),
  supervised_used: z.number(),
  supervised_cropped: z.number(),
  supervised_never_trained: z.number(),
  /** Cut off by rendering, whatever the packing; `supervised` does not include them. */
  supervised_cut_by_rendering: z.number(),
  rows_without_targets: z.int(),
  batches_without_targets: z.int(),
})

export type Totals = z.infer<typeof totals>
export type TaskTotals = z.infer<typeof taskTotals>
export type PlanView = z.infer<typeof planView>
export type PackingVariant = z.infer<typeof packingVariant>
export type Comparison = z.infer<typeof comparison>

/** A plan's tasks added up by a key, such as the repeats of an entry. Each sum has its first task's number and name. */
export function addedUp<Key>(
  tasks: readonly TaskTotals[],
  keyOf: (task: TaskTotals) => Key,
): Map<Key, TaskTotals> {
  const sums = new Map<Key, TaskTotals>()
  for (const task of tasks) {
    const key = keyOf(task)
    const sum = sums.get(key)
    sums.set(key, sum === undefined ? task : added(sum, task))
  }
  return sums
}

function added(sum: TaskTotals, more: TaskTotals): TaskTotals {
  const next = { ...sum }
  for (const key of totals.keyof().options) next[key] += more[key]
  return { ...next, longest: Math.max(sum.longest, more.longest) }
}
