/**
 * What a trainer is asked for, whether it is a thread or a process, and what it tells meanwhile. A trainer does one job: a
 * run, an evaluation, the logits of the first batch, a benchmark or a self-test; or it is kept for questions about models. Batches do not pass here: a trainer has a
 * way of its own to a data thread.
 */
import type { Failure } from '../errors'
import type { Callable } from '../threads/calls'
import type { TokenBatch } from './step-engine'
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
  config: RunConfig
  locations: JobLocations
  /** Holds model_*.pt and meta_*.json; the last step is taken. */
  checkpointDir: string
  /** Batches of the validation mixture; null = as the config's eval_tokens says. */
  batches: number | null
  threads: number | null
}

export interface LogitsJob {
  config: RunConfig
  locations: JobLocations
  checkpointDir: string
  threads: number | null
}

/** A model that is asked beside a run, and where that is computed. */
export interface AskedModel {
  /** A run's last checkpoint; null = the base checkpoint that a config starts from. */
  runDir: string | null
  baseDir: string
  dataDir: string
  modelTag: string | null
  modelStep: number | null
  deviceType: RunConfig['device_type']
  threads: number | null
}

/** What a model makes of every token of one batch, in float32. */
export interface LossesQuestion {
  of: AskedModel
  batch: TokenBatch
  /** Of the tokenizer that the batch was made with. */
  vocabSize: number
}

/** Times the training step of a fresh model on made-up tokens. */
export interface BenchJob {
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
  /** Size of one block that is held throughout, bytes. */
  blockBytes: number
  threads: number | null
}

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

/** What a run tells, in the order things happen. */
export type TrainReport =
  | { type: 'phase'; phase: TrainerPhase }
  | { type: 'prepared'; prepared: Prepared }
  /** Part of the step or the evaluation in hand. */
  | { type: 'compiled'; seconds: number }
  | { type: 'step'; metric: StepMetric }
  | { type: 'eval'; metric: EvalMetric }
  | LogReport
  | { type: 'checkpoint'; step: number; dir: string; kept: number[] }
  /** A checkpoint or the result could not be written. The run goes on, or holds: `paused` follows then. */
  | { type: 'unsaved'; failure: Failure }
  /** Follows a save, or `unsaved`. */
  | { type: 'paused'; step: number }

/** Also told by jobs that are no run: what went wrong and ended nothing. */
export interface LogReport {
  type: 'log'
  line: LogLine
}

/** How a run ends that has not failed, once it is saved. */
export type TrainEnd =
  /** Before the first step there may be no checkpoint. */
  { type: 'stopped' } | { type: 'done'; step: number; outcome: Outcome }

/** A word to a run; the last one counts. `pause` and `stop` finish the step in hand, save, and then hold or end. */
export type RunRequest = 'pause' | 'resume' | 'stop'

export interface TrainerCalls {
  train: { input: TrainJob; output: TrainEnd; event: TrainReport }
  /** Of the run that `train` has begun. */
  request: { input: RunRequest; output: null }
  evaluate: { input: EvaluateJob; output: EvaluateResult; event: LogReport }
  logits: { input: LogitsJob; output: LogitsResult; event: LogReport }
  losses: { input: LossesQuestion; output: LossesResult }
  /** Gives up the model that was kept for further questions. */
  forget: { input: null; output: null }
  bench: { input: BenchJob; output: BenchResult }
  selfTest: { input: SelfTestJob; output: SelfTestResult }
}

/** A trainer as its owner holds it, wherever it runs. */
export type Trainer = Callable<TrainerCalls>

/** Makes a trainer: for one job, or for questions. */
export type OpenTrainer = () => Trainer
