/**
 * What a checkpoint is made of, once it is in memory: named arrays, the optimizers' states, and what a run needs to go
 * on. Typed arrays only, never tensors.
 */
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

/** A model's parameters by their names in nanochat: `transformer.h.0.attn.c_q.weight`. */
export type ModelArrays = ReadonlyMap<string, NamedArray>

/** One group of torch.optim.AdamW: its parameters share these settings. */
export interface AdamWGroup {
  parameters: string[]
  /** As of the last step; nanochat sets it anew before every step. */
  lr: number
  initialLr: number
  betas: readonly [number, number]
  eps: number
  weightDecay: number
}

/** One group of nanochat's Muon. */
export interface MuonGroup {
  parameters: string[]
  lr: number
  initialLr: number
  momentum: number
  nesterov: boolean
  /** Steps of the orthogonalisation. */
  nsSteps: number
  beta2: number
  weightDecay: number
}

/** AdamW's memory of one parameter, both arrays of its shape. */
export interface AdamWMemory {
  /** Steps done. */
  step: number
  expAvg: FloatArray
  expAvgSq: FloatArray
}

/** Muon's memory of one matrix [rows, cols]. */
export interface MuonMemory {
  /** [rows, cols] */
  momentumBuffer: FloatArray
  /** [rows, 1] where rows >= cols, else [1, cols] */
  secondMomentumBuffer: FloatArray
}

/** nanochat's two optimizers. Before the first step a parameter has no memory and is absent from `memory`. */
export interface OptimizerStates {
  adamw: { groups: AdamWGroup[]; memory: ReadonlyMap<string, AdamWMemory> }
  muon: { groups: MuonGroup[]; memory: ReadonlyMap<string, MuonMemory> }
}

/** Everything from which a run goes on bit for bit. */
export interface RunCheckpoint {
  /** Optimizer steps done. */
  step: number
  meta: CheckpointMeta
  model: ModelArrays
  optimizers: OptimizerStates
  resume: ResumeState
}
