/** The calls of a filling thread (fill-thread.ts). */
import type { DataLocations } from '../locations'
import type { MixtureEntry } from '../mixture.schema'
import type { FillJob } from './token-source'

/** What the thread has to open. */
export interface FillSetup {
  entries: readonly MixtureEntry[]
  locations: DataLocations
}

/** What a thread rendered in a given time. */
export interface Measured {
  conversations: number
  tokens: number
  /** UTF-8 bytes of the texts that were rendered. */
  bytes: number
  seconds: number
}

export interface FillCalls {
  /** The first call: the others use what it opened. */
  open: { input: FillSetup; output: null }
  /** Renders a segment to disk. */
  fill: { input: FillJob; output: null }
  measure: { input: { seconds: number }; output: Measured }
}
