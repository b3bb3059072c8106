/**
 * Packed batches, as the training loop gets them: typed arrays, with spans beside them. And what is known without packing
 * one: the plan of the epoch, how a row was filled, what other packings would do.
 */
import { z } from 'zod'
import { MOST_BUFFERED, MOST_ROWS, MOST_SEQ_LEN } from '../bounds.schema'
import { packingFacts } from '../packing/packing-facts.schema'
import { packingName } from '../packing/packings.schema'
import { runDetail } from '../config/run.schema'
import { bytes, configAt, int32, packedFrom, splitName } from './common.schema'
import { mixtureCalls } from './mixture.schema'

const span = z.object({
  row: z.int(),
  offset: z.int(),
  length: z.int(),
  cropped: z.int(),
  conversation: z.int(),
  task: z.int(),
  taskRow: z.int(),
})
const batchView = z.object({
  split: splitName,
  batch: z.int(),
  rows: z.int(),
  seq_len: z.int(),
  /** [rows, seq_len + 1] ids; inputs are [:, :-1], targets [:, 1:]. */
  ids: int32,
  /** [rows, seq_len + 1] 1 = trained on in a masked loss. */
  mask: bytes,
  /** [rows, seq_len + 1] what each id is, as ROLE_CODES below. */
  roles: bytes,
  spans: z.array(span),
  /** First padded position of each row; seq_len + 1 where nothing is padded. */
  pad_from: z.array(z.int()),
  /** Every id that occurs, once, with its text and its byte length. */
  vocabulary: z.array(z.object({ id: z.int(), text: z.string(), bytes: z.int() })),
  tokens_used: z.int(),
  tokens_cropped: z.int(),
  tokens_padded: z.int(),
  per_task: z.array(
    z.object({
      task: z.int(),
      conversations: z.int(),
      used: z.int(),
      cropped: z.int(),
      cropped_conversations: z.int(),
    }),
  ),
  epoch: z.int(),
  progress: z.number(),
  last_step: z.boolean(),
})
/** Where a batch's conversations lie, without its ids. */
const batchLayout = batchView.pick({ batch: true, rows: true, seq_len: true, spans: true, pad_from: true })
/** Codes of `batchView.roles`. */
export const ROLE_CODES = { structure: 0, user: 1, assistant: 2, python: 3, output: 4, pad: 5 } as const

/** Conversations and tokens over the epoch, of one task or of all. */
const totals = {
  conversations: z.int(),
  tokens: z.number(),
  conversations_placed: z.int(),
  /** Of them, those placed a second time, as the next pass begins before this one ends. */
  conversations_placed_again: z.int(),
  conversations_cropped: z.int(),
  conversations_never_trained: z.int(),
  conversations_longer_than_row: z.int(),
  /** Ids of the longest conversation. */
  longest: z.int(),
  /** Conversations that rendering cuts at 2048 ids, and the ids that it cuts off, which `tokens` does not hold. */
  conversations_cut_by_rendering: z.int(),
  tokens_cut_by_rendering: z.number(),
  tokens_used: z.number(),
  tokens_cropped: z.number(),
  tokens_never_trained: z.number(),
}
const planView = z.object({
  ...totals,
  packing: z.string(),
  seq_len: z.int(),
  batch_size: z.int(),
  buffer_size: z.int(),
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
  per_task: z.array(z.object({ ...totals, task: z.int(), name: z.string() })),
  /** Tokens along the batches, `batches_per_point` of them a point. */
  curve: z.object({
    batches_per_point: z.int(),
    used: z.array(z.number()),
    cropped: z.array(z.number()),
    padded: z.array(z.number()),
  }),
})

export const packingVariant = z.object({
  packing: packingName,
  seq_len: z.int().min(1).max(MOST_SEQ_LEN),
  batch_size: z.int().min(1).max(MOST_ROWS),
  buffer_size: z.int().min(1).max(MOST_BUFFERED),
})
const comparison = z.object({
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
})

const place = z.object({
  conversation: z.int(),
  /** Optimizer step, from 1. */
  step: z.int(),
  batch: z.int(),
  row: z.int(),
  offset: z.int(),
  length: z.int(),
  cropped: z.int(),
})
const rowReplay = z.object({
  batch: z.int(),
  row: z.int(),
  /** Ids a row. */
  capacity: z.int(),
  steps: z.array(
    z.object({
      offset: z.int(),
      /** Ids that the row has room for. */
      remaining: z.int(),
      /** Conversations in the buffer, and how many of them would have fitted. */
      buffered: z.int(),
      fitting: z.int(),
      /** Of the buffer, longest first: all, or those about the choice. */
      candidates: z.array(
        z.object({
          conversation: z.int(),
          task: z.int(),
          length: z.int(),
          /** Place in the buffer, from 0: the order of reading. */
          order: z.int(),
          fits: z.boolean(),
        }),
      ),
      /** Rank by length of the first candidate told, from 0. */
      first_rank: z.int(),
      /** The one taken; null where the rest of the row is padding. */
      chosen: z.int().nullable(),
      length: z.int(),
      cropped: z.int(),
    }),
  ),
})

/** The most packings of one comparison. */
const MOST_VARIANTS = 64
/** The most bytes of a file that the window may have written. */
const MOST_EXPORTED = 256 * 2 ** 20

export const packingCalls = {
  /** A run whose batches can be looked at, and whether it kept what its data was: if not, that cannot be checked. */
  'packing.run': {
    input: z.object({ runId: z.string() }),
    output: z.object({ detail: runDetail, recorded: z.boolean() }),
  },
  /** A job where it is named one: opening a mixture, and going far into it, may take long the first time. */
  'packing.batch': {
    input: packedFrom({ split: splitName, batch: z.int().min(0), job: z.string().optional() }),
    output: batchView,
  },
  /** Packed on lengths alone: for a small picture that changes from step to step. */
  'packing.layout': {
    input: packedFrom({ split: splitName, batch: z.int().min(0) }),
    output: batchLayout,
  },
  /** A conversation of the packed mixture, rendered. */
  'packing.conversation': {
    input: packedFrom(mixtureCalls['mixture.conversation'].input.pick({ split: true, at: true }).shape),
    output: mixtureCalls['mixture.conversation'].output,
  },
  /** The whole epoch without training, in steps of total_batch_size tokens; a val batch is a step. A job. */
  'packing.plan': {
    input: packedFrom({ split: splitName, job: z.string() }),
    output: planView,
  },
  /** What a preflight has to know of the whole epoch. A job. */
  'packing.facts': {
    input: z.object({ ...configAt, job: z.string() }),
    output: packingFacts,
  },
  /** Where the plan puts a conversation; null where it is never trained. A job. */
  'packing.find': {
    input: packedFrom({ split: splitName, conversation: z.int().min(0), job: z.string() }),
    output: place.nullable(),
  },
  /** How a row was filled, placement by placement. */
  'packing.replay': {
    input: packedFrom({ split: splitName, batch: z.int().min(0), row: z.int().min(0) }),
    output: rowReplay,
  },
  /** What other packings would do with the same conversations. A job. */
  'packing.compare': {
    input: packedFrom({
      split: splitName,
      variants: z.array(packingVariant).min(1).max(MOST_VARIANTS),
      job: z.string(),
    }),
    output: z.array(comparison),
  },
  /** Writes a picture or a table of what is shown, where the person says; null when they cancel. */
  'packing.export': {
    input: z.object({
      kind: z.enum(['png', 'csv']),
      /** Suggested name of the file, without a folder. */
      name: z.string().regex(/^[\w. -]+$/),
      content: bytes.refine((content) => content.byteLength <= MOST_EXPORTED, 'is larger than 256 MiB'),
    }),
    output: z.object({ path: z.string() }).nullable(),
  },
} as const

export type BatchView = z.infer<typeof batchView>
export type BatchLayout = z.infer<typeof batchLayout>
export type PlanView = z.infer<typeof planView>
export type RowReplay = z.infer<typeof rowReplay>
export type PackingComparison = z.infer<typeof comparison>
