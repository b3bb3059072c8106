/**
 * The shapes that packing passes on: options, spans, batches and the loader's resumable state. Typed arrays only, never
 * tensors, so that a batch can be moved between threads and shown in the window as it is.
 */
import type { Span } from './batch.schema'
import type { LossKind } from './loss-kinds.schema'
import type { PackingName } from './packings.schema'
import type { SupervisionTable } from './supervision-table'

/** What decides a batch's layout, next to the conversations' lengths. */
export interface PackingOptions {
  packing: PackingName
  /** Rows a batch, B. */
  batchSize: number
  /** Inputs and targets a row, T. A row holds T + 1 ids. */
  seqLen: number
  /** Number of conversations buffered before every placement. */
  bufferSize: number
  /** This reader's number among `worldSize` readers, from 0. */
  rank: number
  worldSize: number
  /** Batches of the run, where they are set; otherwise the run is one pass over the mixture. */
  totalBatches?: number
  /** Where a branch begins: its batches are numbered on from its parent's. @default the mixture's start, batch 0 */
  start?: LoaderState | undefined
}

export interface PlanOptions extends PackingOptions {
  /** Gradient accumulation: micro-batches of one optimizer step. */
  batchesPerStep: number
  /** Which targets the loss counts. @default 'all' */
  loss?: LossKind | undefined
}

/** What is known of the mixture before a plan is made. */
export interface PlanInput {
  /** [n] number of ids of each conversation, in mixture order. */
  lengths: Int32Array
  /** [n] task of each conversation. */
  tasks: Uint16Array
  taskCount: number
  /** [n] number of ids that rendering cut off. @default none */
  cut?: Int32Array
  /** What is supervised of each conversation. @default nothing */
  supervision?: SupervisionTable
}

/** How far reading has got after a batch. */
export interface BatchProgress {
  /** Number of the batch in the run, from 0. */
  index: number
  /** Pass over the mixture that the last conversation read came from. Counts from 1, as in the reference. */
  epoch: number
  /**
   * Conversations consumed / conversations in the mixture; the batch that ends the first epoch may pass 1 by the
   * conversations it took from the second. With a set number of batches: batches / that number.
   */
  progress: number
  /** The first epoch has been consumed, or the set number of batches is reached. */
  lastStep: boolean
}

export interface PackedBatch extends BatchProgress {
  /** Rows B. */
  batchSize: number
  /** Inputs and targets a row, T. A row holds T + 1 ids. */
  seqLen: number
  /** [B, T] row-major. */
  inputs: Int32Array
  /** [B, T] row-major; -1 is ignored by the loss. */
  targets: Int32Array
  /** In row order, and within a row by offset. */
  spans: Span[]
  /** The state from which the next batch follows: restore it to get the same batches again. */
  stateAfter: LoaderState
}

/** A small state, serialisable as JSON, from which loading resumes bit for bit. */
export interface LoaderState {
  /** Next conversation to read, in mixture order. */
  cursor: number
  epoch: number
  /** Conversations consumed (placed or cropped) since the start of the run, by this rank. */
  consumed: number
  /** Mixture indices of the buffered conversations, in buffer order. */
  buffer: number[]
  /** Batches handed out so far. */
  batches: number
}
