/**
 * The names of the tasks that a model is measured by, under which people compare numbers; measured-tasks.ts says what
 * each is. Pure zod, for configs and the window.
 */
import { z } from 'zod'

/** In the reference's order. */
export const MEASURED_TASKS = [
  'ARC-Easy',
  'ARC-Challenge',
  'MMLU',
  'GSM8K',
  'HumanEval',
  'SpellingBee',
] as const

export const measuredTask = z.enum(MEASURED_TASKS)

export type MeasuredTask = z.infer<typeof measuredTask>
