/**
 * Measuring models by tasks, and what was measured. A measuring goes on whatever becomes of the window; several wait for
 * one another. `measuring.changed` tells all of them, at most five times a second.
 */
import { z } from 'zod'
import { failure } from '../config/run.schema'
import { measuredTask } from '../evaluation/measured-names.schema'
import { isolation, measuredDtype, measuredScore } from '../evaluation/measurements.schema'
import { keptModel, measuredKey, questionDetail, questionFilter, questionLine, questionRows } from '../runs/measurement-view.schema' // prettier-ignore
import { modelRef } from '../runs/model-ref.schema'
import { configAt, nothing } from './common.schema'

/** The most questions that a page of a list has. */
const MOST_LINES = 200

const taskOffer = z.object({
  task: measuredTask,
  /** How an answer is judged: by its letter, by its number, or by running it. */
  by: z.enum(['letter', 'number', 'program']),
  /** Questions in the hub's data set. */
  rows: z.int(),
  /** Data that is not here; null where it is. */
  missing: z
    .object({
      label: z.string(),
      /** Where it was looked for, and where a download puts it. */
      dir: z.string(),
      /** Why a copy that is here is not used; null where there is none. */
      unusable: z.string().nullable(),
    })
    .nullable(),
})

const measuredTaskState = z.object({
  task: measuredTask,
  state: z.enum(['waiting', 'measuring', 'done', 'failed']),
  /** How it stands; null before its first answer. */
  score: measuredScore.nullable(),
  failure: failure.nullable(),
  /** null while not known. */
  seconds_left: z.number().nullable(),
})

export const measuring = z.object({
  id: z.string(),
  /** The model's name, for people. */
  title: z.string(),
  state: z.enum(['waiting', 'measuring', 'done', 'cancelled', 'failed']),
  /** Which checkpoint it is; null before its files were opened. */
  identity: z.string().nullable(),
  tasks: z.array(measuredTaskState),
  /** Why nothing could be measured. */
  failure: failure.nullable(),
})

/** A task as one model or several were measured by it. */
const askedQuestions = z.object({
  task: measuredTask,
  of: z.array(z.object({ key: measuredKey, dtype: measuredDtype })).min(1),
})

export const measuringCalls = {
  /** The tasks, with what each costs and whether its data is here. Reads only the disk. */
  'measuring.tasks': { input: z.object(configAt), output: z.array(taskOffer) },
  /** What programs of HumanEval would be run with, and kept from: tried once, a second. null = there is no Python 3. */
  'measuring.python': { input: nothing, output: z.object({ python: z.string(), isolation }).nullable() },
  /** Downloads a task's data: a job with progress. */
  'measuring.download': {
    input: z.object({ ...configAt, task: measuredTask, job: z.string() }),
    output: nothing,
  },
  /** Puts a measuring behind those that wait. What is kept of the same questions is not asked again. */
  'measuring.start': {
    input: z.object({
      ...configAt,
      model: modelRef,
      /** The model's name, for people. */
      title: z.string(),
      tasks: z.array(measuredTask).min(1),
      /** The most questions of each task; null = all. */
      most: z.int().min(1).nullable(),
      /** Whether programs that the model writes may be run. */
      programs: z.boolean(),
      /** The model's own where nothing is said. */
      dtype: measuredDtype.optional(),
    }),
    output: z.object({ id: z.string() }),
  },
  /** Ends it, or takes it out of the list where it has ended. What was answered stays. */
  'measuring.cancel': { input: z.object({ id: z.string() }), output: nothing },
  'measuring.list': { input: nothing, output: z.array(measuring) },
  /** All that is kept: of checkpoints, and of runs on the way. */
  'measuring.kept': { input: nothing, output: z.array(keptModel) },
  /** Which questions there are. */
  'measuring.rows': {
    input: z.object({ ...askedQuestions.shape, ...questionFilter.shape }),
    output: questionRows,
  },
  'measuring.lines': {
    input: askedQuestions.extend({ rows: z.array(z.int()).max(MOST_LINES) }),
    output: z.array(questionLine),
  },
  /** null where it was not asked. */
  'measuring.question': {
    input: askedQuestions.extend({ row: z.int() }),
    output: questionDetail.nullable(),
  },
} as const

export type Measuring = z.infer<typeof measuring>
export type TaskOffer = z.infer<typeof taskOffer>
