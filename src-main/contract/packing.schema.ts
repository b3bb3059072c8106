/**
 * Packed batches, as the training loop gets them: typed arrays, with their spans. Also what is known without packing a
 * batch: the plan of the epoch, how a row was filled, what other packings would do.
 */
import { z } from 'zod'
import { packingFacts } from '../packing/packing-facts.schema'
import { batchLayout, batchView, conversationPlace, rowReplay } from '../packing/batch.schema'
import { comparison, packingVariant, planView } from '../packing/plan.schema'
import { runDetail } from '../config/run.schema'
import { splitName } from '../data/entry.schema'
import { configAt, packedFrom } from './common.schema'
import { mixtureCalls } from './mixture.schema'

/** Codes of `batchView.roles`. */
export const ROLE_CODES = { structure: 0, user: 1, assistant: 2, python: 3, output: 4, pad: 5 } as const

/** The most packings of one comparison. */
const MOST_VARIANTS = 64

export const packingCalls = {
  /** A run whose batches can be looked at, and whether it has a record of its data(else the data cannot be checked). */
  'packing.run': {
    input: z.object({ runId: z.string() }),
    output: z.object({ detail: runDetail, recorded: z.boolean() }),
  },
  /** A job where a name is given: opening a mixture, and going far into it, may take long the first time. */
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
  /** What a preflight needs to know of the whole epoch. A job. */
  'packing.facts': {
    input: z.object({ ...configAt, job: z.string() }),
    output: packingFacts,
  },
  /** Where the plan puts a conversation; null where it is never trained. A job. */
  'packing.find': {
    input: packedFrom({ split: splitName, conversation: z.int().min(0), job: z.string() }),
    output: conversationPlace.nullable(),
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
} as const

export type { BatchView, LayoutView as BatchLayout, RowReplay } from '../packing/batch.schema'
export type { Comparison as PackingComparison, PlanView } from '../packing/plan.schema'
