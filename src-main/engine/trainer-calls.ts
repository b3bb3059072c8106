/**
 * The calls of a trainer, whether it is a thread or a process, and what it reports meanwhile. A trainer does one job (a
 * run, an evaluation, the logits of the first batch, a benchmark or a self-test), or it is kept for questions about
 * models. Batches do not pass through here: a trainer has its own connection to a data thread.
 */
import type { Failure } from '../errors'
import type { Callable } from '../threads/calls'
import type { PromptAnswer } from '../evaluation/measure'
import type { Prompts } from './generation/answers'
import type { AnsweredWith, AskedModel } from './asked'
import type { BranchRecord } from './branch-record.schema'
import type { CategoricalQuestion } from './generation/categorical'
import type { GenerationOptions, Stopped, Told } from './generation/generate'
import type { MeasuringEvent, MeasuringQuestion } from './measuring-calls'
import type { TokenBatch } from './step-engine'
import type { TalkEvent, TalkPromptQuestion, TalkPromptView, TalkQuestion, TalkResult } from './talk-calls'
import type { ModelConfig } from '../model/config.schema'
import type { PackingFacts } from '../packing/packing-facts.schema'
import type { RunConfig } from '../config/config.schema'
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import type { RanksNow } from '../config/rank-status.schema'
import type { EvalMetric, LogLine, RunDetail, StepMetric, TaskBpb } from '../config/run.schema'

/** Where a job's folders are, as absolute paths. */
export interface JobLocations {
  /** The nanochat folder. */
  baseDir: string
  /** Folder of the config file; relative paths in the config start from it. */
  configDir: string
  /** Folder for decoded rows and rendered ids. */
  cacheDir: string
  /** Folder of the person's data, in which a base checkpoint is made for the starter project. */
  dataDir: string
}

export interface TrainJob {
  /** The run's id, which its result carries. */
  runId: string
  config: RunConfig
  locations: JobLocations
  /** The run's folder: checkpoints/ lies in it. */
  runDir: string
  /** Other files of that folder, by name: a save writes again any that are gone. */
  files: readonly (readonly [name: string, text: string])[]
  /** Whether to go on from the last whole checkpoint in the run's folder; where there is none, the run starts anew. */
  resume: boolean
  /** Of a branch: what it goes on from where it has no checkpoint of its own. */
  branch?: BranchRecord | undefined
  /** Steps after which to save and end; null = the whole run. */
  stopAfter: number | null
  /** Number of TensorFlow's threads; null = the number of processors. */
  threads: number | null
  /** Which of several ranks this trainer is; left out where it trains alone. */
  rank?: RankJob | undefined
}

/** One rank of a run: a trainer in a process of its own. */
export interface RankJob {
  rank: number
  /** `host:port` of every rank, in their order. */
  hosts: readonly string[]
  /** Whether it saves, of the ranks of its machine; what it reports is the run there. */
  leads: boolean
  /** Seconds that a rank waits for another before it gives it up. */
  timeoutS: number
}

export interface EvaluateJob {
  config: RunConfig
  locations: JobLocations
  /** Folder with model_*.pt and meta_*.json; the last step is taken. */
  checkpointDir: string
  /** Batches of the validation mixture; null = as many as the config's eval_tokens gives. */
  batches: number | null
  threads: number | null
}

export interface LogitsJob {
  config: RunConfig
  locations: JobLocations
  checkpointDir: string
  threads: number | null
}

/** Asks for a model's loss of every token of one batch, in float32. */
export interface LossesQuestion {
  of: AskedModel
  batch: TokenBatch
  /** Vocabulary size of the tokenizer that the batch was made with. */
  vocabSize: number
}

/** Asks a model to go on after a prompt. */
export interface GenerateQuestion extends AnsweredWith {
  /** [T] ids; where they and the answer are more than the model's reach, only the prompt's end is read. */
  prompt: Int32Array
  options: GenerationOptions
  /** Folder of the tokenizer by which the calculator reads and writes an answer; null = no calculator. */
  calculatorOf: string | null
}

/** What is told while a prompt is answered; at its end, {@link GenerateResult} holds it all. */
export type GenerateEvent =
  /** Before the prompt is read: how many of its ids, after how many that are left out, and what the model knows. */
  | ({ type: 'fitted'; kept: number; dropped: number; maxTokens: number; sequenceLen: number } & AskedOf)
  | Exclude<Told, { type: 'logits' }>

/** Asks for a model's greedy answers to many prompts; each is told as soon as it ends. */
export interface AnswersQuestion extends AnsweredWith, Prompts {
  /** As in {@link GenerateQuestion}. */
  calculatorOf: string | null
}

/** Asks for a model's logits of some ids after each of many prompts. */
export interface ChoicesQuestion extends AnsweredWith, CategoricalQuestion {}

/** Times decoding with a fresh model, beside reading its weights. */
export interface GenerationBenchJob {
  dtype: RunConfig['dtype']
  model: ModelConfig
  threads: number | null
}

/** Times the training step of a fresh model on made-up tokens. */
export interface BenchJob {
  engine: RunConfig['engine']
  /** Type of the graph engine's matrix products; the eager engine's are float32. */
  dtype: RunConfig['dtype']
  model: ModelConfig
  /** Rows B. */
  batchSize: number
  /** Ids a row, T. */
  seqLen: number
  threads: number | null
}

/** Shows that TensorFlow can allocate and train where the trainer runs. */
export interface SelfTestJob {
  /** Bytes of one block that is held throughout. */
  blockBytes: number
  threads: number | null
}

/** What is known of a run once its model, data and device are open. */
export interface Prepared {
  model: NonNullable<RunDetail['model']>
  /** The device that the run really has: "CPU, 2 threads, float32, eager". */
  device: string
  /** Planned steps. */
  totalSteps: number
  /** The data's figures. */
  facts: PackingFacts
  /** Step that the run resumes from; 0 for a new one. */
  step: number
}

/** What a finished run leaves behind. */
export interface Outcome {
  /** The nanochat folder that the run read from and writes to. */
  baseDir: string
  /** nanochat's folder of the result, in mid_checkpoints; null on a dry run. */
  checkpointDir: string | null
  bestBpb: number | null
  trainingTimeS: number
  /** The process's peak main memory, which the preflight predicts; 0 where the system does not tell. */
  peakMemoryBytes: number
}

export interface EvaluateResult {
  val_bpb: number
  /** Mean loss, nats a token. */
  loss: number
  /** For every entry of mixture.val. */
  per_task: TaskBpb[]
}

/** What `bench` measured. */
export interface BenchResult {
  tokPerSec: number
  /** Model FLOPs a second (docs/REFERENCE.md §3). */
  modelFlops: number
  /** This machine's best matrix rates: just before, just after, or ever seen at rest; FLOPs a second. */
  matrixFlops: Record<RunConfig['dtype'], number>
  /** Why those rates may be below the machine's own; null where it was seen at rest. */
  disturbance: string | null
  /** Peak memory of the process. */
  peakMemoryBytes: number
  /** Seconds that the first step took beyond a usual one. */
  compileS: number
  /** Number of measured steps. */
  steps: number
}

/** What `logits` prints, with the same keys. */
export interface LogitsResult {
  loss_mean: number
  loss_per_token_head: number[]
  logits_row0_pos5_head: number[]
  logits_row0_last_head: number[]
  grad_norms: Record<string, number>
}

export interface LossesResult {
  /** [B, T] row-major, nats; NaN where the target is ignored: it has no loss. */
  losses: Float32Array
  /** Mean over the targets that count; null where none does. */
  mean: number | null
  /** Folder of the checkpoint that was asked. */
  dir: string
  step: number
}

/** One sample. */
export interface Answer {
  ids: number[]
  /** For each id, whether it was put in rather than chosen by the model. */
  forced: boolean[]
  stopped: Stopped
}

export interface GenerateResult extends AskedOf {
  /** One for each sample. */
  answers: Answer[]
  /** [V] after the prompt */
  firstLogits: Float32Array
  /** Number of the prompt's ids that were read, and of those before them that were left out. */
  kept: number
  dropped: number
  /** Tokens a second once the prompt was read, of all samples together. */
  tokPerSec: number
}

/** Folder and step of the checkpoint that was asked. */
export interface AskedOf {
  dir: string
  step: number
}

export interface ChoicesResult extends AskedOf {
  /** For each prompt, the logits of its choices. */
  logits: number[][]
}

export interface GenerationBenchResult {
  /** Milliseconds a token. */
  tokenMs: number
  /** Bytes of weights that a token reads: all but the embeddings, of which it reads a row. */
  weightBytes: number
  /** Bytes a second that this machine reads from memory, measured between tokens. */
  bandwidth: number
}

export interface SelfTestResult {
  /** The most memory that TensorFlow held while it trained. */
  peakBytes: number
  /** Loss of each step, nats a token. */
  losses: number[]
}

/** The trainer's current phase; `compiling` is only the graph engine's, before the first run of each kind. */
export type TrainerPhase = 'preparing' | 'compiling' | 'training' | 'evaluating' | 'saving'

/** What a run reports, in the order in which it happens. */
export type TrainReport =
  | { type: 'phase'; phase: TrainerPhase }
  | { type: 'prepared'; prepared: Prepared }
  /** Part of the current step or evaluation. */
  | { type: 'compiled'; seconds: number }
  | { type: 'step'; metric: StepMetric }
  | { type: 'eval'; metric: EvalMetric }
  | { type: 'sample'; metric: SampleMetric }
  | { type: 'measure'; metric: MeasureMetric }
  | LogReport
  | { type: 'checkpoint'; step: number; dir: string; kept: number[] }
  /** Hash of parameters and optimizer state, which is the same on every rank; told before they are saved. */
  | { type: 'hash'; step: number; sha256: string }
  /** A checkpoint or the result could not be written. The run goes on, or it holds and `paused` follows. */
  | { type: 'unsaved'; failure: Failure }
  /** Follows a save or `unsaved`. */
  | { type: 'paused'; step: number }
  /** Of several ranks: one begins its next exchange with the others, counted from 1. */
  | { type: 'exchange'; count: number }
  /** What the ranks of this machine are doing. */
  | ({ type: 'ranks' } & RanksNow)
  /** A rank that does not lead has lost the others. It waits: `resume` has it save as of this step, `stop` end. */
  | { type: 'lost'; step: number }

/** Jobs that are no run report this too: what went wrong without ending anything. */
export interface LogReport {
  type: 'log'
  line: LogLine
}

/** How a run ends without failing, once it is saved. */
export type TrainEnd =
  /** A run stopped before its first step may have no checkpoint. */
  { type: 'stopped' } | { type: 'done'; step: number; outcome: Outcome }

/** A request to a run; the last one counts. `pause` and `stop` finish the current step, save, and then hold or end. */
export type RunRequest = 'pause' | 'resume' | 'stop'

export interface TrainerCalls {
  train: { input: TrainJob; output: TrainEnd; event: TrainReport }
  /** To the run that `train` has started. */
  request: { input: RunRequest; output: null }
  evaluate: { input: EvaluateJob; output: EvaluateResult; event: LogReport }
  logits: { input: LogitsJob; output: LogitsResult; event: LogReport }
  losses: { input: LossesQuestion; output: LossesResult }
  generate: { input: GenerateQuestion; output: GenerateResult; event: GenerateEvent }
  answers: { input: AnswersQuestion; output: AskedOf; event: PromptAnswer }
  /** `generate` in words: from a conversation or a text to tokens with their text. */
  talk: { input: TalkQuestion; output: TalkResult; event: TalkEvent }
  talkPrompt: { input: TalkPromptQuestion; output: TalkPromptView }
  choices: { input: ChoicesQuestion; output: ChoicesResult }
  measure: { input: MeasuringQuestion; output: null; event: MeasuringEvent }
  /** Frees the models that were kept for further questions. */
  forget: { input: null; output: null }
  bench: { input: BenchJob; output: BenchResult }
  benchGeneration: { input: GenerationBenchJob; output: GenerationBenchResult }
  selfTest: { input: SelfTestJob; output: SelfTestResult }
}

/** A trainer as its owner sees it, wherever it runs. */
export type Trainer = Callable<TrainerCalls>

/** Opens a trainer: for one job, or for questions. */
export type OpenTrainer = () => Trainer
