/**
 * The parts of a checkpoint in memory: named arrays, the optimizers' states, and what a run needs to continue. Typed
 * arrays only, never tensors.
 */
import type { ParameterGroup } from '../optimizers/groups'
import type { CheckpointMeta, ResumeState } from './checkpoint.schema'

/** Number formats that torch files of models and optimizers hold. */
export type Dtype = 'float32' | 'bfloat16' | 'float16' | 'int32' | 'int64'

/** A row-major array. `dtype` is the file's; bfloat16 and float16 are widened to float32 in memory. */
export interface NamedArray {
  shape: number[]
  dtype: Dtype
  data: Float32Array | Int32Array | BigInt64Array
}

/** A row-major float32 array, as models and optimizers hold them. */
export interface FloatArray {
  shape: number[]
  data: Float32Array
}

/** A parameter as a file holds it. */
export interface ParameterArray extends FloatArray {
  /** The file's format; `data` is always float32. */
  dtype: Dtype
}

/** What an optimizer stores for one parameter: arrays by torch's names for them (optimizers/kept.ts). */
export type ParameterMemory = ReadonlyMap<string, FloatArray>

/** nanochat's two optimizers. Before the first step no parameter has a memory. */
export interface OptimizerStates {
  /** AdamW's groups, then Muon's, in the order of nanochat's optimizers; `lr` is the initial one. */
  groups: ParameterGroup[]
  /** Steps done: Adam's bias correction depends on it. */
  steps: number
  /** Multiplier and momentum are of the last step. nanochat sets both anew before every step. */
  lrMultiplier: number
  momentum: number
  /** By parameter. */
  memory: ReadonlyMap<string, ParameterMemory>
}

/** What nanochat stores of a model at one step. */
export interface ModelCheckpoint {
  step: number
  meta: CheckpointMeta
  /** Every parameter by its name in nanochat's state_dict: `transformer.h.0.attn.c_q.weight`. */
  model: ReadonlyMap<string, FloatArray>
  optimizers: OptimizerStates
  /**
   * Whether the optimizers' states are written as one, MuonAdamW's, also where the model's form is January 2026's, which
   * else has two. Later forms always have one.
   *
   * @default false
   */
  combined?: boolean
}

/** Everything that a run needs to continue bit for bit. */
export interface RunCheckpoint extends ModelCheckpoint {
  resume: ResumeState
}
