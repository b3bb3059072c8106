/**
 * The tasks that a model is measured by, under the names that people compare numbers by, and what guessing gives in each
 * (docs/REFERENCE.md §9). How an answer is judged stands in the task's kind (data/tasks).
 */
import { kindOf, namedFiles, type MixtureEntry } from '../data/mixture.schema'

/** In the reference's order. */
const ENTRIES = {
  'ARC-Easy': { task: 'ARC', subset: 'ARC-Easy', split: 'test' },
  'ARC-Challenge': { task: 'ARC', subset: 'ARC-Challenge', split: 'test' },
  MMLU: { task: 'MMLU', subset: 'all', split: 'test' },
  GSM8K: { task: 'GSM8K', subset: 'main', split: 'test' },
  HumanEval: { task: 'HumanEval', split: 'test' },
  SpellingBee: { task: 'SpellingBee', split: 'test', size: 256 },
} as const satisfies Record<string, MixtureEntry>

export type MeasuredTask = keyof typeof ENTRIES

export const MEASURED_TASKS = Object.keys(ENTRIES) as readonly MeasuredTask[] // Object.keys loses the literals

/** The entry of a measured task, with the files that a mixture's own entry of the same rows names. */
export function measuredEntry(name: MeasuredTask, mixture: readonly MixtureEntry[] = []): MixtureEntry {
  const entry: MixtureEntry = ENTRIES[name]
  const same = mixture.find((each) => isSameData(each, entry) && namedFiles(each).length > 0)
  if (same === undefined) return entry
  const { key } = kindOf(entry).files
  const files = Object.entries(same).find(([each]) => each === key)?.[1]
  return { ...entry, [key]: files }
}

/** What guessing gives: the reference counts four choices for each question. */
export function baselineOf(name: MeasuredTask): number {
  return kindOf(ENTRIES[name]).graded?.by === 'letter' ? 0.25 : 0
}

function isSameData(a: MixtureEntry, b: MixtureEntry): boolean {
  const subset = (entry: MixtureEntry): string | null => ('subset' in entry ? (entry.subset ?? null) : null)
  return a.task === b.task && subset(a) === subset(b) && a.split === b.split
}
