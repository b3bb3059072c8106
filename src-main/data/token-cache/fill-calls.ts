/** What a filling thread is asked for (fill-thread.ts). */
import type { DataLocations } from '../locations'
import type { MixtureEntry } from '../mixture.schema'
import type { FillJob } from './token-source'

/** What a thread opens. */
export interface FillSetup {
  entries: readonly MixtureEntry[]
  locations: DataLocations
}

/** What a thread rendered in a stretch of time. */
export interface Measured {
  conversations: number
  tokens: number
  /** UTF-8 bytes of the texts. */
  bytes: number
  seconds: number
}

export interface FillCalls {
  /** The first call: the others are about what it opened. */
  open: { input: FillSetup; output: null }
  /** Renders a segment to disk. */
  fill: { input: FillJob; output: null }
  measure: { input: { seconds: number }; output: Measured }
}
