/**
 * What the run loop needs from an engine: one optimizer step, the losses of an evaluation batch, and its state.
 *
 * The eager engine (eager-engine.ts) and a compiled one look the same from outside, so the loop, resuming and the tests
 * need not know which one they have. An engine lives in the trainer thread and owns its tensors; what crosses this
 * interface are numbers and typed arrays.
 */
import type { FloatArray } from '../checkpoint/types'
import type { Measured } from '../config/step-figures.schema'
import { MidbenchError } from '../errors'
import type { TaskSum } from './task-sums'

/** Token ids of one micro-batch; a PackedBatch is one. */
export interface TokenBatch {
  /** Rows B. */
  batchSize: number
  /** Ids a row, T. */
  seqLen: number
  /** [B, T] row-major. */
  inputs: Int32Array
  /** [B, T] row-major; -1 is ignored by the loss. */
  targets: Int32Array
  /** [B, T] row-major: the task of every target, from 0, for the sums by task; -1 for none. @default none has a task */
  tasks?: Int32Array
}

/** What the schedules set for one step. */
export interface StepSettings {
  /** Factor of every initial learning rate, 0 to 1. */
  lrMultiplier: number
  /** Muon's momentum. */
  momentum: number
}

/** What a step returns. */
export interface StepResult {
  /** Mean loss of each micro-batch, nats a token, from before the update; 0 for one without a target that counts. */
  losses: number[]
  /** The losses of every task that the engine was opened for, over all micro-batches of all ranks. */
  byTask: TaskSum[]
  /** `losses` of every rank, in their order; left out where there is one. */
  lossesByRank?: number[][]
  /** The figures that the engine measures: config/step-figures.schema.ts. */
  measured: Measured
}

/** Everything that the next step depends on; the arrays are copies. */
export interface EngineState {
  /** Arrays by the model's parameter names, in the model's order. */
  parameters: ReadonlyMap<string, FloatArray>
  /** Arrays by the names of optimizers/state.ts: `<parameter>.<entry>`. */
  optimizer: ReadonlyMap<string, FloatArray>
}

/** As {@link EngineState}, but each array is made when its turn comes. */
export interface StateArrays {
  parameters: Iterable<[name: string, array: FloatArray]>
  optimizer: Iterable<[name: string, array: FloatArray]>
}

export interface StepEngine {
  /** "eager" or "graph". */
  readonly name: string
  /**
   * One optimizer step: the mean of the micro-batches' gradients, then the update. Micro-batches weigh the same however
   * many targets they have; one without any gives a gradient of 0 (docs/REFERENCE.md §5). It is all or nothing: where it
   * throws, the state stays that of the step before.
   *
   * @param batches one or more micro-batches of the same shape
   */
  step(batches: readonly TokenBatch[], settings: StepSettings): Promise<StepResult>
  /** [B * T] loss of every target in nats, row-major; 0 where the target is ignored. The state does not change. */
  evaluate(batch: TokenBatch): Promise<Float32Array>
  /** A copy of the weights alone, by the model's parameter names. */
  exportParameters(): Promise<EngineState['parameters']>
  /** A copy of the state. Where ranks share it out, all of them must ask for it at the same time. */
  exportState(): Promise<EngineState>
  /** The same, to go through once, parameters first: for who needs no room for all of it. */
  arrays(): StateArrays
  /** Replaces the state; a step from it gives the same bits as a step of the engine that exported it. */
  importState(state: EngineState): Promise<void>
  /** Frees every tensor. Nothing may be called after it. */
  dispose(): void
}

/**
 * The micro-batches of a step, checked: at least one, and all of one shape.
 *
 * @throws MidbenchError `engine.batches`
 */
export function checkedBatches(batches: readonly TokenBatch[]): { first: TokenBatch } {
  const [first, ...others] = batches
  if (!first) throw batchesError('A step needs at least one micro-batch.')
  const same = ({ batchSize, seqLen }: TokenBatch) => batchSize === first.batchSize && seqLen === first.seqLen
  if (!others.every(same)) throw batchesError('All micro-batches of a step have the same shape.')
  return { first }
}

function batchesError(message: string): MidbenchError {
  return new MidbenchError({ code: 'engine.batches', message })
}
