/**
 * What the tasks are that a model is measured by, and what guessing gives in each (docs/REFERENCE.md §9). How an answer
 * is judged stands in the task's kind (data/tasks).
 */
import { kindOf, type MixtureEntry } from '../data/mixture.schema'
import type { Graded } from '../data/tasks/task-kind'
import { TEST_ENTRIES, withLocalFiles } from '../data/tests'
import type { MeasuredTask } from './measured-names.schema'

const ENTRIES = {
  ...TEST_ENTRIES,
  HumanEval: { task: 'HumanEval', split: 'test' },
  SpellingBee: { task: 'SpellingBee', split: 'test', size: 256 },
} as const satisfies Record<MeasuredTask, MixtureEntry>

/** The entry of a measured task, with the files that a mixture's own entry of the same rows names. */
export function measuredEntry(name: MeasuredTask, mixture: readonly MixtureEntry[] = []): MixtureEntry {
  return withLocalFiles(ENTRIES[name], mixture)
}

/** How an answer is judged: by its letter, by its number, or by running it. */
export function judgedBy(name: MeasuredTask): Graded['by'] {
  return kindOf(ENTRIES[name]).graded?.by ?? 'number'
}

/** What guessing gives: the reference counts four choices for each question. */
export function baselineOf(name: MeasuredTask): number {
  return judgedBy(name) === 'letter' ? 0.25 : 0
}

/** Questions in the hub's data sets, by which people see what a task costs before its data is here. */
const ROWS: Readonly<Record<MeasuredTask, number>> = {
  'ARC-Easy': 2376,
  'ARC-Challenge': 1172,
  MMLU: 14_042,
  GSM8K: 1319,
  HumanEval: 164,
  SpellingBee: 256,
}

export function measuredRows(name: MeasuredTask): number {
  return ROWS[name]
}
