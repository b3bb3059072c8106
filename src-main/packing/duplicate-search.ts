/** The duplicates of one opened mixture: a search, and what the last one found. */
import { findDuplicates } from '../data/duplicates/find'
import type { Findings } from '../data/duplicates/findings.schema'
import { closeTests, openTests, type OpenTest } from '../data/duplicates/open-tests'
import { DuplicateResults } from '../data/duplicates/results'
import type { Conversations } from '../data/duplicates/units'
import type { DataLocations } from '../data/locations'
import type { MixtureConfig } from '../data/mixture.schema'
import { MidbenchError } from '../errors'
import type { CallContext } from '../threads/calls'

/** What is searched. */
export interface Searched {
  config: MixtureConfig
  locations: DataLocations
  train: Conversations
  val: Conversations | null
}

export class DuplicateSearch {
  private found: DuplicateResults | undefined
  /** Open for as long as what was found may be looked at. */
  private tests: readonly OpenTest[] = []
  /** Raised when the mixture is closed: a search that ends later is of no use any more. */
  private closings = 0

  /**
   * @throws MidbenchError `duplicates.too-many`, `duplicates.not-found` where the mixture was closed meanwhile; the
   *   signal's reason when it is aborted
   */
  async run({ config, locations, train, val }: Searched, context: CallContext): Promise<Findings> {
    const { signal, progress } = context
    const began = performance.now()
    const { closings } = this
    const tests = await openTests(config, locations, { signal, onProgress: progress })
    try {
      const found = await findDuplicates({ train, val }, tests, context)
      if (this.closings !== closings) throw notFound()
      const results = new DuplicateResults(found, tests, (performance.now() - began) / 1000)
      const { tests: before } = this
      this.tests = tests
      this.found = results
      await closeTests(before)
      return results.summary()
    } catch (error) {
      await closeTests(tests)
      throw error
    }
  }

  /** What the last search found. @throws MidbenchError `duplicates.not-found` */
  results(): DuplicateResults {
    if (this.found) return this.found
    throw notFound()
  }

  async close(): Promise<void> {
    this.closings++
    this.found = undefined
    const { tests } = this
    this.tests = []
    await closeTests(tests)
  }
}

function notFound(): MidbenchError {
  return new MidbenchError({
    code: 'duplicates.not-found',
    message: 'This mixture has not been searched for duplicates, or has been closed since.',
    remedy: 'Check it for duplicates again.',
  })
}
