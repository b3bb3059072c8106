/**
 * Opens the test rows that mixtures are compared with. They are read from where the mixture's own tasks are: from the
 * local files of an entry of the mixture that is the same test, else from the hub's files on this machine. Nothing is
 * downloaded for this; what is not there is said.
 */
import { MidbenchError, type Failure, toFailure } from '../../errors'
import type { DataLocations, OpenOptions } from '../locations'
import { openMixture, type Mixture } from '../mixture'
import { taskLabel, type MixtureConfig, type MixtureEntry } from '../mixture.schema'
import { TEST_ENTRIES, withLocalFiles } from '../tests'

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
    for (const test of Object.values(TEST_ENTRIES)) {
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
