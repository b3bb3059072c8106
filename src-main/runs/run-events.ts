/** What the run manager tells its listeners: the window's events, and those that the command line waits for. */
import type { Failure } from '../errors'
import type { Progress } from '../progress.schema'
import type { EvalMetric, LogLine, RunState, RunSummary, StepMetric } from '../config/run.schema'

export interface RunMetrics {
  runId: string
  /** Grows by one with every event of a run in this process. */
  seq: number
  state: RunState
  steps: StepMetric[]
  evals: EvalMetric[]
  log: LogLine[]
  /** null while not known. */
  seconds_left: number | null
}

export type RunEvent =
  | { type: 'changed'; run: RunSummary }
  | { type: 'removed'; runId: string }
  | { type: 'metrics'; metrics: RunMetrics }
  /** One of the run's own, or at its end the result in nanochat's layout. */
  | { type: 'checkpoint'; runId: string; step: number; dir: string; result?: true }
  /** A long part of a phase, such as reading the mixture. */
  | ({ type: 'progress'; runId: string } & Progress)
  /** The run could not begin, for what it was given: its record is taken away, and `removed` follows. */
  | { type: 'refused'; runId: string; failure: Failure }
  /** The run does nothing any more: it is paused, or has ended. */
  | { type: 'rest'; runId: string; state: 'paused' | 'stopped' | 'done' | 'failed' | 'interrupted' }
