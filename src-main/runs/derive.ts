/** What follows from a config's options: accumulation, tokens, steps, batches of an evaluation, disk and memory. */
import type { MidbenchError } from '../errors'
import { askedSteps, evalBatches, gradAccumSteps, microBatchTokens } from '../config/batches'
import { KEPT_CHECKPOINTS } from '../config/kept-checkpoints'
import { parameterCount } from '../model/flops'
import { lossChunkRows } from '../model/loss-chunks'
import type { ModelConfig } from '../model/config.schema'
import { parameterShapes } from '../model/parameters'
import type { RunConfig } from '../config/config.schema'
import { parameterGroups } from '../optimizers/optimizers'
import { shareBytes, stateBytes } from '../optimizers/shares'
import { lrMultiplier, muonMomentum } from '../optimizers/schedules'
import type { Derived } from './preflight.schema'
import { scheduleLine } from './schedule-line'

/** The base checkpoint that a run starts from, as its meta file describes it. */
export interface BaseModel {
  tag: string
  step: number
  config: ModelConfig
  /** The base's own device batch size in training; null where the meta file does not say. */
  deviceBatchSize: number | null
  /** Its optimizer file, or why a warm start is refused it; null where there is none, left out where none is asked for. */
  optimizer?: 'there' | MidbenchError | null
  /** What the meta file leaves open, and how that is read. */
  notes?: readonly string[]
}

/** What is known besides the config; null where it is not known (yet). */
export interface DeriveFacts {
  base: BaseModel | null
  /** Steps of one epoch, from the epoch plan. */
  epochSteps: number | null
  /** Tokens of a branch's steps or epoch that its parent has trained on. @default none */
  tokensBefore?: number
  /** Speed of the latest run like this one. */
  tokPerSec: number | null
}

export function derive(config: RunConfig, facts: DeriveFacts): Derived {
  const { base, tokPerSec, tokensBefore = 0 } = facts
  const micro = microBatchTokens(config)
  const accumulation = gradAccumSteps(config)
  const steps = askedSteps(config) ?? facts.epochSteps
  const totalTokens = steps === null ? null : steps * config.total_batch_size
  return {
    grad_accum_steps: Number.isInteger(accumulation) ? accumulation : null,
    tokens_per_micro_batch: micro,
    tokens_per_step: config.total_batch_size,
    steps,
    total_tokens: totalTokens,
    eval_batches: evalBatches(config),
    seconds:
      totalTokens === null || tokPerSec === null ? null : Math.max(0, totalTokens - tokensBefore) / tokPerSec,
    tok_per_sec: tokPerSec,
    disk_bytes: base === null ? null : diskBytes(config, base.config),
    memory_bytes: base === null ? null : memoryHere(config, base.config, micro),
    model: base === null ? null : modelSummary(base),
    schedule: steps === null ? null : scheduleLines(steps, config),
  }
}

/** Processes of a run on this machine. */
export function ranksHere({ world_size, hosts }: Pick<RunConfig, 'world_size' | 'hosts'>): number {
  return hosts.length > 0 ? 1 : world_size
}

/** Step s of n has progress s / n; Muon's momentum counts steps from 0. */
function scheduleLines(steps: number, config: RunConfig): NonNullable<Derived['schedule']> {
  return {
    lrm: scheduleLine((step) => lrMultiplier(step / steps, config), steps),
    momentum: scheduleLine((step) => muonMomentum(step - 1), steps),
  }
}

function modelSummary(base: BaseModel): NonNullable<Derived['model']> {
  return {
    tag: base.tag,
    step: base.step,
    parameters: parameterCount(base.config),
    n_layer: base.config.n_layer,
    n_embd: base.config.n_embd,
  }
}

/** Bytes of one checkpoint: weights, AdamW's two moments, Muon's momentum (its second moment is too small to count). */
export function checkpointBytes(model: ModelConfig): number {
  let elements = 0
  for (const [name, shape] of parameterShapes(model)) {
    const size = shape.reduce((product, length) => product * length, 1)
    elements += size * (name.startsWith('transformer.h.') ? 2 : 3)
  }
  return 4 * elements
}

/** The optimizers' state: all of it, and the most that a rank keeps of it. */
interface StateBytes {
  all: number
  ofRank: number
}

/** Null where every rank keeps all of it. */
export function sharedStateBytes(config: RunConfig, model: ModelConfig): StateBytes | null {
  if (config.world_size === 1 || !config.shard_optimizer) return null
  const shapes = parameterShapes(model)
  const groups = parameterGroups(shapes, model.n_embd, config)
  const first = { rank: 0, worldSize: config.world_size } // takes the first turn at every stack, so none has more
  return { all: stateBytes(groups, shapes), ofRank: shareBytes(groups, shapes, first) }
}

/** Of all ranks of this machine; the first of them holds the copy of the state that is saved, with shares it alone. */
function memoryHere(config: RunConfig, model: ModelConfig, tokens: number): number {
  const ranks = ranksHere(config)
  const alone = predictMemory(config.engine, model, tokens)
  const state = sharedStateBytes(config, model)
  if (state === null) return ranks * alone
  const saved = state.all - state.ofRank
  return ranks * (alone - 2 * saved) + saved
}

/** Bytes of the kept checkpoints, one more being written, nanochat's files at the end, and losses that are recorded. */
function diskBytes(config: RunConfig, model: ModelConfig): number {
  const kept = config.save_every === -1 ? 1 : KEPT_CHECKPOINTS + 1
  return checkpointBytes(model) * (kept + (config.dry_run ? 0 : 1)) + recordedBytes(config)
}

/** Of the ranks of this machine: a float32 a token of each step. */
function recordedBytes(config: RunConfig): number {
  const tokens = (config.total_batch_size / config.world_size) * ranksHere(config)
  return 4 * tokens * new Set(config.record_losses).size
}

/** What an engine holds besides the weights, fitted to measurements and within 15 % of them (see derive.test.ts). */
interface EngineMemory {
  /** Node, TensorFlow and the libraries that they load, and XLA's programs. */
  processBytes: number
  /** Number of arrays of width n_embd that each token and layer leaves for the backward pass. */
  activations: number
  /** Number of logits-sized arrays that the loss of one chunk of rows holds at once. */
  lossCopies: number
}

const MEMORY: Record<RunConfig['engine'], EngineMemory> = {
  eager: { processBytes: 500e6, activations: 14, lossCopies: 5 },
  graph: { processBytes: 600e6, activations: 30, lossCopies: 13 },
}

/**
 * Peak memory of the process: weights, gradients and optimizers' state, activations, the loss of one chunk, and the
 * copy of the state that is saved.
 *
 * @param tokens tokens of a micro-batch
 */
export function predictMemory(engine: RunConfig['engine'], model: ModelConfig, tokens: number): number {
  const { processBytes, activations, lossCopies } = MEMORY[engine]
  const chunkRows = Math.min(tokens, lossChunkRows(model.vocab_size))
  return (
    processBytes +
    2 * checkpointBytes(model) +
    3 * 4 * parameterCount(model) +
    4 * tokens * model.n_embd * model.n_layer * activations +
    4 * chunkRows * model.vocab_size * lossCopies
  )
}
