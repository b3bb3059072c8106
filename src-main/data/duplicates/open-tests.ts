/**
 * Opens the test rows that mixtures are compared with. They are read from where the mixture's own tasks are: from the
 * local files of an entry of the mixture that is the same test, else from the hub's files on this machine. Nothing is
 * downloaded for this; what is not there is said.
 */
import { MidbenchError, type Failure, toFailure } from '../../errors'
import type { DataLocations, OpenOptions } from '../locations'
import { openMixture, type Mixture } from '../mixture'
import { kindOf, namedFiles, taskLabel, type MixtureConfig, type MixtureEntry } from '../mixture.schema'

/** The tests of nanochat's ChatCORE whose rows are text that a model could have read (docs/REFERENCE.md). */
const TESTS: readonly MixtureEntry[] = [
  { task: 'MMLU', subset: 'all', split: 'test' },
  { task: 'ARC', subset: 'ARC-Easy', split: 'test' },
  { task: 'ARC', subset: 'ARC-Challenge', split: 'test' },
  { task: 'GSM8K', subset: 'main', split: 'test' },
]

/** One test: its rows, or why they are not here. */
export interface OpenTest {
  label: string
  mixture: Mixture | null
  failure: Failure | null
}

/** @throws MidbenchError `cancelled`, or the signal's reason when it is aborted */
export async function openTests(
  { train, val }: MixtureConfig,
  locations: DataLocations,
  options: Pick<OpenOptions, 'signal' | 'onProgress' | 'onDamage'>,
): Promise<OpenTest[]> {
  const tests: OpenTest[] = []
  try {
    for (const test of TESTS) {
      tests.push(await openTest(withLocalFiles(test, [...val, ...train]), locations, options))
    }
    return tests
  } catch (error) {
    await closeTests(tests)
    throw error
  }
}

export async function closeTests(tests: readonly OpenTest[]): Promise<void> {
  for (const { mixture } of tests) await mixture?.close()
}

async function openTest(
  entry: MixtureEntry,
  locations: DataLocations,
  options: Pick<OpenOptions, 'signal' | 'onProgress' | 'onDamage'>,
): Promise<OpenTest> {
  const label = taskLabel(entry)
  try {
    return { label, mixture: await openMixture([entry], locations, options), failure: null }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!(error instanceof MidbenchError)) throw error
    return { label, mixture: null, failure: toFailure(error) }
  }
}

/** The test with the local files of an entry that is the same test, where there is one. */
function withLocalFiles(test: MixtureEntry, entries: readonly MixtureEntry[]): MixtureEntry {
  const same = entries.find((entry) => taskLabel(entry) === taskLabel(test) && namedFiles(entry).length > 0)
  return same === undefined ? test : { ...test, [kindOf(test).files.key]: namedFiles(same) }
}
