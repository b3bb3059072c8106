/** What a search for duplicates answers, with what a test wants otherwise. */
import type { DuplicatePair, Findings } from '../../../../src-renderer/api/types'

export function sampleFindings(over: Partial<Findings> = {}): Findings {
  return {
    ...{ train: 300, val: 0, listed_again: 0, near_from: 0.8, seconds: 1 },
    train_entries: [{ entry: 0, conversations: 300, exact: 150, near: 0, val: 0, test: 0 }],
    val_entries: [],
    tests: [],
    ...over,
  }
}

/** Pair `index`: row `index` of entry 0 is like row 299. */
export function samplePair(index: number): DuplicatePair {
  const place = { of: 'train' as const, entry: 0, text: `conversation ${index}` }
  return {
    ...{ index, share: 1, listed: [[0, index]] },
    one: { ...place, row: index },
    other: { ...place, row: 299 },
  }
}
