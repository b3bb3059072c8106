/**
 * What the supervisor (main process or command line) and a trainer say to each other, whether the trainer is a thread or
 * a process. A trainer does one job: a run, an evaluation, the logits of the first batch, the losses of a batch, a
 * benchmark or a self-test. Batches do not pass here: the trainer has a port to a data thread.
 */
import type { MessagePort } from 'node:worker_threads'

import type { Failure } from '../errors'
import type { Progress } from '../progress.schema'
import type { ModelConfig } from '../model/config.schema'
import type { PackingFacts } from '../packing/packing-facts.schema'
import type { RunConfig } from '../config/config.schema'
import type { EvalMetric, LogLine, RunDetail, StepMetric, TaskBpb } from '../config/run.schema'

/** Where a job finds things. All absolute. */
export interface JobLocations {
  /** The nanochat folder. */
  baseDir: string
  /** Folder of the config file; relative paths in the config count from it. */
  configDir: string
  /** Folder for decoded rows and rendered ids. */
  cacheDir: string
  /** Folder of the person's data, in which a base checkpoint is made for the starter project. */
  dataDir: string
}

export interface TrainJob {
  type: 'train'
  /** Its result carries it. */
  runId: string
  config: RunConfig
  locations: JobLocations
  /** The run's folder: checkpoints/ lies in it. */
  runDir: string
  /** What else lies there, by name: written again where it is gone when the run is saved. */
  files: readonly (readonly [name: string, text: string])[]
  /** Goes on from the last whole checkpoint in the run's folder; where none was saved, from the start. */
  resume: boolean
  /** Steps after which to save and end; null = the whole run. */
  stopAfter: number | null
  /** TensorFlow's threads; null = as many as there are processors. */
  threads: number | null
}

export interface EvaluateJob {
  type: 'evaluate'
  config: RunConfig
  locations: JobLocations
  /** Holds model_*.pt and meta_*.json; the last step is taken. */
  checkpointDir: string
  /** Batches of the validation mixture; null = as the config's eval_tokens says. */
  batches: number | null
  threads: number | null
}

export interface LogitsJob {
  type: 'logits'
  config: RunConfig
  locations: JobLocations
  checkpointDir: string
  threads: number | null
}

/** What a model makes of every token of one batch, in float32. */
export interface LossesJob {
  type: 'losses'
  config: RunConfig
  locations: JobLocations
  split: keyof RunConfig['mixture']
  batch: number
  /** A run's last checkpoint; null = the base checkpoint that the config starts from. */
  runDir: string | null
  /** The folder of the run whose batch it is: its data must be as it was. Null for a batch of the config alone. */
  batchOf: string | null
  threads: number | null
}

/** Times the training step of a fresh model on made-up tokens. */
export interface BenchJob {
  type: 'bench'
  engine: RunConfig['engine']
  /** Of the graph engine's matrix products; the eager engine's are float32. */
  dtype: RunConfig['dtype']
  model: ModelConfig
  /** B */
  batchSize: number
  /** T */
  seqLen: number
  threads: number | null
}

/** Shows that TensorFlow can be held and trained with where the trainer runs. */
export interface SelfTestJob {
  type: 'self-test'
  /** Size of one block that is held throughout, bytes. */
  blockBytes: number
  threads: number | null
}

export type TrainerJob = TrainJob | EvaluateJob | LogitsJob | LossesJob | BenchJob | SelfTestJob

/** To a trainer. `begin` is the first; `data` leads to the data thread of a thread, and a process has its own. */
export type TrainerRequest =
  { type: 'begin'; job: TrainerJob; data: MessagePort | null } | { type: 'pause' | 'resume' | 'stop' }

/** What is known of a run once its model, data and device are there. */
export interface Prepared {
  model: NonNullable<RunDetail['model']>
  /** As it really is: "CPU, 2 threads, float32, eager". */
  device: string
  /** Planned steps. */
  totalSteps: number
  /** What the data is, counted. */
  facts: PackingFacts
  /** Step that the run goes on from; 0 for a new one. */
  step: number
}

/** What a finished run leaves. */
export interface Outcome {
  /** The nanochat folder that the run read from and writes to. */
  baseDir: string
  /** nanochat's folder of the result, in mid_checkpoints; null on a dry run. */
  checkpointDir: string | null
  bestBpb: number | null
  trainingTimeS: number
  /** The most main memory that the process had, as the preflight predicts it; 0 where the system does not tell. */
  peakMemoryBytes: number
}

export interface EvaluateResult {
  val_bpb: number
  /** Mean loss, nats a token. */
  loss: number
  /** Of every entry of mixture.val. */
  per_task: TaskBpb[]
}

/** What `bench` measured. */
export interface BenchResult {
  tokPerSec: number
  /** Model FLOPs a second (docs/REFERENCE.md §3). */
  modelFlops: number
  /** This machine's matrix rates at their best: just before, just after, or ever seen at rest; FLOPs a second. */
  matrixFlops: Record<RunConfig['dtype'], number>
  /** Why those rates may be less than the machine's own; null where it was seen at rest. */
  disturbance: string | null
  /** Of the process. */
  peakMemoryBytes: number
  /** What the first step took beyond one like the others. */
  compileS: number
  /** Measured steps. */
  steps: number
}

/** Key for key what `logits` prints. */
export interface LogitsResult {
  loss_mean: number
  loss_per_token_head: number[]
  logits_row0_pos5_head: number[]
  logits_row0_last_head: number[]
  grad_norms: Record<string, number>
}

export interface LossesResult {
  /** [B, T] row-major, nats; 0 where the target is ignored. */
  losses: Float32Array
  /** Over the targets that count. */
  mean: number
  /** The checkpoint asked. */
  dir: string
  step: number
}

export interface SelfTestResult {
  /** The most that TensorFlow held while it trained. */
  peakBytes: number
  /** Of each step, nats a token. */
  losses: number[]
}

/** What the trainer is at; `compiling` is the graph engine's, before the first of its kind of run. */
export type TrainerPhase = 'preparing' | 'compiling' | 'training' | 'evaluating' | 'saving'

/** From the trainer, in the order things happen. `paused`, `stopped`, `done`, `result` and `failed` follow a save, or `unsaved`. */
export type TrainerReport =
  | { type: 'phase'; phase: TrainerPhase }
  | { type: 'prepared'; prepared: Prepared }
  /** Part of the step or the evaluation in hand. */
  | { type: 'compiled'; seconds: number }
  | { type: 'step'; metric: StepMetric }
  | { type: 'eval'; metric: EvalMetric }
  | { type: 'log'; line: LogLine }
  | { type: 'checkpoint'; step: number; dir: string; kept: number[] }
  /** A checkpoint or the result could not be written. The run goes on, or holds: `paused` follows then. */
  | { type: 'unsaved'; failure: Failure }
  | { type: 'paused'; step: number }
  /** Before the first step there may be no checkpoint. */
  | { type: 'stopped' }
  | { type: 'done'; step: number; outcome: Outcome }
  | { type: 'evaluated'; result: EvaluateResult }
  | { type: 'logits'; result: LogitsResult }
  | { type: 'losses'; result: LossesResult }
  | { type: 'bench'; result: BenchResult }
  | { type: 'self-test'; result: SelfTestResult }
  | { type: 'failed'; failure: Failure }
  /** Said by the supervisor's side: the thread or process ended without a word of its own. */
  | { type: 'crashed'; failure: Failure }
  /** A long part of a phase: reading the mixture, evaluating. */
  | ({ type: 'progress' } & Progress)
