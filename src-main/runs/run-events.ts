/** What the run manager tells its listeners: the window's events, and those that the command line waits for. */
import type { Failure } from '../errors'
import type { Progress } from '../progress.schema'
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import type { RanksNow } from '../config/rank-status.schema'
import type { EvalMetric, LogLine, RunState, RunSummary, StepMetric } from '../config/run.schema'

export interface RunMetrics {
  runId: string
  /** Increases by one with every event of a run in this process. */
  seq: number
  state: RunState
  steps: StepMetric[]
  evals: EvalMetric[]
  samples: SampleMetric[]
  measures: MeasureMetric[]
  log: LogLine[]
  /** null while it is not known. */
  seconds_left: number | null
}

export type RunEvent =
  | { type: 'changed'; run: RunSummary }
  | { type: 'removed'; runId: string }
  | { type: 'metrics'; metrics: RunMetrics }
  /** A checkpoint of the run's own, or at its end the result in nanochat's layout. */
  | { type: 'checkpoint'; runId: string; step: number; dir: string; result?: true }
  /** What the ranks of a run are doing, whenever that changes. */
  | ({ type: 'ranks'; runId: string } & RanksNow)
  /** Hash of a run's parameters and optimizer state, of several ranks, before it is saved. */
  | { type: 'hash'; runId: string; step: number; sha256: string }
  /** Progress of a long part of a phase, such as reading the mixture. */
  | ({ type: 'progress'; runId: string } & Progress)
  /** The run could not begin because of its input: its record is deleted, and `removed` follows. */
  | { type: 'refused'; runId: string; failure: Failure }
  /** The run has come to rest: it is paused, or has ended. */
  | { type: 'rest'; runId: string; state: 'paused' | 'stopped' | 'done' | 'failed' | 'interrupted' }
