/** What the run loop (loop.ts) remembers between two steps, which a checkpoint holds. */
import type { LoaderState } from '../packing/types'
import { emptyAverage, type MovingAverage } from './metrics'

/** What the loop itself must remember from step to step; with the engine's state it is the whole state of the run. */
export interface LoopState {
  /** Optimizer steps done. */
  step: number
  average: MovingAverage
  trainingTimeS: number
  /** Progress of the run, 0 to 1. */
  progress: number
  /** Step of the last evaluation; -1 before the first. */
  evaluatedAt: number
  /** Step of the last answers, and of the last measurement; -1 before the first. */
  sampledAt: number
  measuredAt: number
  lastBpb: number | null
  bestBpb: number | null
  /** Whether every step of the run has been made. */
  finished: boolean
  /** Where the next batch follows on; null at the start. */
  loader: LoaderState | null
  /** The same for every rank; left out where there is one. */
  loaders?: LoaderState[] | undefined
}

export const initialState: LoopState = {
  step: 0,
  average: emptyAverage,
  trainingTimeS: 0,
  progress: 0,
  evaluatedAt: -1,
  sampledAt: -1,
  measuredAt: -1,
  lastBpb: null,
  bestBpb: null,
  finished: false,
  loader: null,
}
