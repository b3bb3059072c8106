/**
 * The shapes that packing hands on: spans, batches and the loader's resumable state. Typed arrays only, never tensors,
 * so that a batch can be moved between threads and shown in the window as it is.
 */

/** A piece of one conversation in one row. Positions count in the row of `seqLen + 1` ids. */
export interface Span {
  /** Row of the batch, from 0. */
  row: number
  /** First position in the row. */
  offset: number
  /** Ids of the conversation that are in the row. */
  length: number
  /** Ids of the conversation that were cut off and are lost. */
  cropped: number
  /** Index in the mixture (shuffled order). */
  conversation: number
  /** Index of the task in the mixture's task list. */
  task: number
  /** Row of the task's own dataset. */
  taskRow: number
}

export interface PackedBatch {
  /** Number of the batch in the run, from 0. */
  index: number
  /** Rows B. */
  batchSize: number
  /** Inputs and targets a row, T. A row holds T + 1 ids. */
  seqLen: number
  /** [B, T] row-major. */
  inputs: Int32Array
  /** [B, T] row-major; -1 is ignored by the loss. */
  targets: Int32Array
  spans: Span[]
  /** Pass over the mixture, from 1, as the reference counts it: after this batch. */
  epoch: number
  /** Conversations consumed / conversations in the mixture, after this batch; 1 at the end of the first epoch. */
  progress: number
  /** The first epoch's conversations have all been consumed with this batch. */
  lastStep: boolean
  /** The state from which the next batch follows: restore it to get the same batches again. */
  stateAfter: LoaderState
}

/** Small, serialisable as JSON; enough to go on bit for bit. */
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
