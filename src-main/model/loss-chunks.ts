/**
 * How many rows of logits the loss holds at once (softcap-loss.ts), which the prediction of a run's memory must know too
 * without loading TensorFlow.
 */

/** Elements of a chunk of logits: 8 MB, which stay in the processor's cache from one operation to the next. */
const CHUNK_ELEMENTS = 2 ** 21
/** Rows below which matrix products slow down. */
const LEAST_ROWS = 512

/** Rows of a chunk of logits [rows, V]. */
export function lossChunkRows(vocabSize: number): number {
  return Math.max(LEAST_ROWS, Math.floor(CHUNK_ELEMENTS / vocabSize))
}
