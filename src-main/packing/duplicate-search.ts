/** The duplicates of one opened mixture: a search, and what the last one found. */
import { findDuplicates } from '../data/duplicates/find'
import type { Findings } from '../data/duplicates/findings.schema'
import { closeTests, openTests, type OpenTest } from '../data/duplicates/open-tests'
import { DuplicateResults } from '../data/duplicates/results'
import type { DataLocations, Mixture } from '../data/mixture'
import type { MixtureConfig } from '../data/mixture.schema'
import { MidbenchError } from '../errors'
import type { CallContext } from '../threads/calls'

/** What is searched. */
export interface Searched {
  config: MixtureConfig
  locations: DataLocations
  train: Mixture
  val: Mixture | null
}

export class DuplicateSearch {
  private found: DuplicateResults | undefined
  /** Open for as long as what was found may be looked at. */
  private tests: readonly OpenTest[] = []

  /** @throws MidbenchError `duplicates.too-many`; the signal's reason when it is aborted */
  async run({ config, locations, train, val }: Searched, context: CallContext): Promise<Findings> {
    const { signal, progress } = context
    const began = performance.now()
    const tests = await openTests(config, locations, { signal, onProgress: progress })
    try {
      const found = await findDuplicates({ train, val }, tests, context)
      await this.close()
      this.tests = tests
      this.found = new DuplicateResults(found, tests, (performance.now() - began) / 1000)
      return this.found.summary()
    } catch (error) {
      await closeTests(tests)
      throw error
    }
  }

  /** What the last search found. @throws MidbenchError `duplicates.not-found` */
  results(): DuplicateResults {
    if (this.found) return this.found
    throw new MidbenchError({
      code: 'duplicates.not-found',
      message: 'This mixture has not been searched for duplicates, or has been closed since.',
      remedy: 'Check it for duplicates again.',
    })
  }

  async close(): Promise<void> {
    this.found = undefined
    const { tests } = this
    this.tests = []
    await closeTests(tests)
  }
}
