/** What the filling threads are given and what they answer. */
import type { Failure } from '../../errors'
import type { DataLocations } from '../locations'
import type { MixtureEntry } from '../mixture.schema'
import type { FillJob } from './token-source'

/** What a thread opens. */
export interface FillSetup {
  entries: readonly MixtureEntry[]
  locations: DataLocations
  /** Folder of tokenizer.pkl and token_bytes.pt. */
  tokenizerDir: string
}

/** To a thread: the next job. */
export type FillOrder = FillJob

/** From a thread: it is open or has done its job, or something failed and it has ended. */
export type FillReport = { type: 'ready' } | { type: 'done' } | { type: 'failed'; failure: Failure }
