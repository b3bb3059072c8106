/** What the filling threads are given and what they answer. */
import { z } from 'zod'
import type { Failure } from '../../errors'
import type { DataLocations } from '../locations'
import { mixtureEntry, type MixtureEntry } from '../mixture.schema'
import type { FillJob } from './token-source'

/** What a thread opens. */
export interface FillSetup {
  entries: readonly MixtureEntry[]
  locations: DataLocations
  /** Folder of tokenizer.pkl and token_bytes.pt. */
  tokenizerDir: string
}

/** A thread's workerData. */
export const fillSetup: z.ZodType<FillSetup> = z.object({
  entries: z.array(mixtureEntry),
  locations: z.object({ baseDir: z.string(), configDir: z.string(), cacheDir: z.string() }),
  tokenizerDir: z.string(),
})

/** To a thread: the next job, or to measure how fast it renders. */
export type FillOrder = { type: 'fill'; job: FillJob } | { type: 'measure'; seconds: number }

/** What a thread rendered in a stretch of time. */
export interface Measured {
  conversations: number
  tokens: number
  /** UTF-8 bytes of the texts. */
  bytes: number
  seconds: number
}

/** From a thread: it is open or has done its order; something is damaged and is made again; or it failed and has ended. */
export type FillReport =
  | { type: 'ready' }
  | { type: 'done' }
  | { type: 'measured'; measured: Measured }
  | { type: 'notice'; notice: Failure }
  | { type: 'failed'; failure: Failure }
