/**
 * A place that a run's figures go to besides the run store: TensorBoard's files, W&B, trackio. A logger takes what it is
 * given at once, writes it later, and never throws: where it can no longer write, it says so once and does nothing from
 * then on. So none can stop a run or slow it.
 */
import type { SampleMetric } from '../../config/aside-metrics.schema'
import type { RunConfig } from '../../config/config.schema'
import type { RunState } from '../../config/run.schema'
import type { FigureRow } from './figure-rows'

/** What a logger is told of the run that it logs. */
export interface LoggedRun {
  id: string
  /** What the person calls it. */
  name: string
  /** Its folder. */
  dir: string
  /** The folder of the person's data. */
  dataDir: string
  config: RunConfig
  /** FLOPs of the model for a token (docs/REFERENCE.md §3). */
  flopsPerToken: number
  /** "CPU, 2 threads, float32, eager" */
  device: string
  /** Steps that it has made: it goes on from here. 0 for a new run. */
  step: number
}

/** Tells the person of a logger, in the run's log. */
export type SayOfLogger = (level: 'info' | 'warn', text: string) => void

export interface RunLogger {
  figures(row: FigureRow): void
  answers(sample: SampleMetric): void
  /** The run has been saved: what was given so far is worth keeping. */
  saved(): void
  /** Resolves once everything is written, or given up. The run may go on later, in another process. */
  end(state: RunState): Promise<void>
}
