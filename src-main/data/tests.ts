/**
 * The test rows of the data sets that nanochat's ChatCORE asks (docs/REFERENCE.md §9): what models are measured by, and
 * what a mixture must not hold.
 */
import { kindOf, namedFiles, taskLabel, type MixtureEntry } from './mixture.schema'

export const TEST_ENTRIES = {
  'ARC-Easy': { task: 'ARC', subset: 'ARC-Easy', split: 'test' },
  'ARC-Challenge': { task: 'ARC', subset: 'ARC-Challenge', split: 'test' },
  MMLU: { task: 'MMLU', subset: 'all', split: 'test' },
  GSM8K: { task: 'GSM8K', subset: 'main', split: 'test' },
} as const satisfies Record<string, MixtureEntry>

/** An entry with the local files that an entry of the same rows names, where there is one; a slice does not matter. */
export function withLocalFiles(entry: MixtureEntry, entries: readonly MixtureEntry[]): MixtureEntry {
  const same = entries.find((each) => taskLabel(each) === taskLabel(entry) && namedFiles(each).length > 0)
  if (same === undefined) return entry
  const { key } = kindOf(entry).files
  const files = Object.entries(same).find(([each]) => each === key)?.[1]
  return { ...entry, [key]: files }
}
