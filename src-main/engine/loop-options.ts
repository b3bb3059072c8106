/** What the run loop (loop.ts) is given: where batches come from, what is due when, and who is told. */
import type { EvalMetric, StepMetric } from '../config/run.schema'
import type { LearningRateSchedule } from '../optimizers/schedules'
import type { PackedBatch } from '../packing/types'
import type { EvaluatedTask } from './evaluate'
import type { TokenBatch } from './step-engine'

export interface BatchSource {
  /** The next training batch, and how many milliseconds the loop waited for it. */
  nextTrain(): Promise<PackedBatch & { waitedMs: number }>
  /** The first `count` batches of the validation mixture. */
  valBatches(count: number): AsyncIterable<PackedBatch>
}

/** What is done with the model as it is at some steps and leaves the training as it is: answers, a measurement. */
export interface Aside {
  /** What of the loop's state holds the step at which it was done last. */
  readonly doneAt: 'sampledAt' | 'measuredAt'
  /** Steps between two, with one at the run's end; null = only there. */
  readonly every: number | null
  /** Never throws. @returns false where a request came before its end: it is called again at the same step */
  run(step: number): Promise<boolean>
}

export interface LoopOptions {
  /** Optimizer steps; null = until the first epoch ends. */
  steps: number | null
  /** Micro-batches a step, on each rank. */
  gradAccumSteps: number
  /** Tokens a step, of all ranks. */
  totalBatchSize: number
  schedule: LearningRateSchedule
  /** Steps between evaluations; null = none. */
  evalEvery: number | null
  evalBatches: number
  asides: readonly Aside[]
  /** Entry of mixture.train of each of its tasks, by the task's index: the losses by task are by entry. */
  trainEntries: readonly number[]
  /** Conversations of mixture.train. */
  trainLength: number
  /** Tasks of mixture.val. */
  valTasks: readonly EvaluatedTask[]
  /** Steps between checkpoints; null = none. */
  saveEvery: number | null
  flopsPerToken: number
  /** The peak FLOPs a second of all ranks' devices; null when not known. */
  peakFlops: number | null
  /** [vocab] bytes of each token. */
  byteLengths: Int32Array
}

export interface LoopHooks {
  /** The request that has come since, if any; called before every step and every batch of an evaluation. */
  request(): 'pause' | 'stop' | null
  onPhase(phase: 'training' | 'evaluating'): void
  /** Called before a step, with its micro-batches, while the engine has the weights that it begins with. Never throws. */
  beforeStep(step: number, batches: readonly TokenBatch[]): Promise<void>
  /** @param finished whether it was the run's last step */
  onStep(metric: StepMetric, finished: boolean): void
  onEval(metric: EvalMetric): void
}
