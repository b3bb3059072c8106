/** What the window shows of kept measurements: scores, and lists of questions of one model or several. Pure zod. */
import { z } from 'zod'

import { contentPart, conversation } from '../data/conversation.schema'
import { measuredModel, measuredScore } from '../evaluation/measurements.schema'
import { int32 } from '../typed-arrays.schema'

/** Names kept measurements: those of a checkpoint, or those that a run made at a step. */
export const measuredKey = z.discriminatedUnion('of', [
  z.object({ of: z.literal('checkpoint'), identity: z.string().regex(/^[0-9a-f]{32}$/) }),
  z.object({ of: z.literal('run'), runId: z.string(), step: z.int().min(0) }),
])

export const keptModel = z.object({
  key: measuredKey,
  model: measuredModel,
  scores: z.array(measuredScore),
})

/** `differ`: right in one model and wrong in another. The others are about the first model. */
export const questionFilter = z.object({
  show: z.enum(['all', 'right', 'wrong', 'differ']),
  /** Of what was asked or answered; capitals do not matter. */
  search: z.string(),
})

export const questionRows = z.object({
  /** [n] rows of the task: first those that several models differ in, then those that the first got wrong. */
  rows: int32,
  /** How many there are of each kind that the search finds. */
  counts: z.object({ all: z.int(), right: z.int(), wrong: z.int(), differ: z.int() }),
})

const outcome = z.object({ right: z.boolean(), answer: z.string().nullable() })

export const questionLine = z.object({
  row: z.int(),
  /** What was asked, its beginning. */
  asked: z.string(),
  /** null for a program. */
  wanted: z.string().nullable(),
  /** For each model; null where it was not asked. */
  outcomes: z.array(outcome.nullable()),
})

export const questionDetail = questionLine.extend({
  conversation,
  outcomes: z.array(
    outcome
      .extend({
        /** Letters with their logits; empty where the answer is in words. */
        letters: z.array(z.object({ letter: z.string(), logit: z.number() })),
        /** The answer in words; empty where it is a letter. */
        completion: z.array(contentPart),
      })
      .nullable(),
  ),
})

export type MeasuredKey = z.infer<typeof measuredKey>
export type KeptModel = z.infer<typeof keptModel>
export type QuestionFilter = z.infer<typeof questionFilter>
export type QuestionRows = z.infer<typeof questionRows>
export type QuestionLine = z.infer<typeof questionLine>
export type QuestionDetail = z.infer<typeof questionDetail>
