/**
 * What is kept of measuring a model (kept-measurements.ts says where): of which model, how each task went, and what became
 * of each question. Pure zod.
 */
import { z } from 'zod'

import { conversation } from '../data/conversation.schema'
import { measuredTask } from './measured-names.schema'

/** Type of the matrix products, which decides the last digits of logits. */
export const measuredDtype = z.enum(['float32', 'bfloat16'])

/** What keeps programs of HumanEval from the rest of the machine. */
export const isolation = z.object({
  /** Whether the child has no network at all. */
  network: z.boolean(),
  /** Whether the child can write, make and remove no file anywhere. */
  files: z.boolean(),
  /** Whether the child runs as nobody, who owns nothing. */
  user: z.boolean(),
})

/** The model that was measured; what it was called and where it lay is what was so at that time. */
export const measuredModel = z.object({
  /** The checkpoint's identity (checkpoint/identity.ts); null for weights that a run measured without saving them. */
  identity: z.string().nullable(),
  /** The checkpoint's folder; null as above. */
  dir: z.string().nullable(),
  step: z.int().min(0),
  /** Id of the run that these weights come from; null where none is known. */
  runId: z.string().nullable(),
})

/** How a task went, so far. Accuracy, its interval and ChatCORE follow from it (chatcore.ts). */
export const measuredScore = z.object({
  task: measuredTask,
  dtype: measuredDtype,
  right: z.int().min(0),
  /** Questions that were answered. */
  total: z.int().min(0),
  /** Questions that are to be answered: the task's first ones. */
  problems: z.int().min(0),
  /** What guessing gives. */
  baseline: z.number(),
  /** When it began, milliseconds since 1970. */
  begun_at: z.number(),
  /** When it last ended: because all are answered, or it was stopped; null while it goes on, or where it was killed. */
  ended_at: z.number().nullable(),
  /** Seconds that measuring took, all sittings together. */
  seconds: z.number().min(0),
  /** TensorFlow's version. */
  tensorflow: z.string(),
  /** null where no programs are run, or it is not known yet. */
  isolation: isolation.nullable(),
})

/** What became of a question: a line of JSON. */
export const measuredQuestion = z.object({
  /** Row of the task, from 0. */
  row: z.int().min(0),
  right: z.boolean(),
  /** The letter, the number or null where there is none, or why the program failed or null where it passed. */
  answer: z.string().nullable(),
  /** What was asked; the last message is the right answer. */
  conversation,
  /** The letters that could be answered, with the logit of each. */
  letters: z.array(z.string()).optional(),
  logits: z.array(z.number()).optional(),
  /** The answer in words, with its special tokens as text, those that the calculator put in too. */
  completion: z.string().optional(),
})

export type MeasuredModel = z.infer<typeof measuredModel>
export type MeasuredScore = z.infer<typeof measuredScore>
export type MeasuredQuestion = z.infer<typeof measuredQuestion>
export type MeasuredDtype = z.infer<typeof measuredDtype>
export type Isolation = z.infer<typeof isolation>
