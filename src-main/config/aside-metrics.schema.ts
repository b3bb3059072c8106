/**
 * What a run's model says and scores at some steps, beside the training: its answers to the run's prompts, and what it
 * gets right of the run's tasks. Pure zod, shared with the window. Like an evaluation, what is of step s was made after
 * s steps.
 */
import { z } from 'zod'

import { measuredTask } from '../evaluation/measured-names.schema'

const sampleAnswer = z.object({
  prompt: z.string(),
  /** Greedy, without the token that ended it; special tokens by their names, results of the calculator included. */
  answer: z.string(),
  /** Whether it had not ended at the most tokens that an answer is given. */
  cut: z.boolean(),
  /** Tokens at the prompt's beginning that the model was not given, since it can read no more; absent where it read all. */
  dropped: z.int().optional(),
})

export const sampleMetric = z.object({
  step: z.int(),
  seconds: z.number(),
  /** In the order of the run's prompts. */
  answers: z.array(sampleAnswer),
})

const taskScore = z.object({
  task: measuredTask,
  right: z.int(),
  total: z.int(),
  /** The accuracy that guessing gives. */
  baseline: z.number(),
})

export const measureMetric = z.object({
  step: z.int(),
  seconds: z.number(),
  /** In the order of the run's tasks, without those that could not be measured. */
  tasks: z.array(taskScore),
  /** Over all tasks of the run, and over those of multiple choice; null where one of them could not be measured. */
  chatcore: z.number().nullable(),
  chatcore_cat: z.number().nullable(),
})

export type SampleAnswer = z.infer<typeof sampleAnswer>
export type SampleMetric = z.infer<typeof sampleMetric>
export type TaskScore = z.infer<typeof taskScore>
export type MeasureMetric = z.infer<typeof measureMetric>
