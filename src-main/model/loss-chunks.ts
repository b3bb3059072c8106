/**
 * How many rows of logits the loss holds at once (softcap-loss.ts). It is here so that the prediction of a run's memory
 * can use it without loading TensorFlow.
 */

/** Elements in a chunk of logits: 8 MB, which stay in the processor's cache from one operation to the next. */
const CHUNK_ELEMENTS = 2 ** 21
/** Number of rows below which matrix products slow down. */
const LEAST_ROWS = 512

/** Number of rows in a chunk of logits [rows, V]. */
export function lossChunkRows(vocabSize: number): number {
  return Math.max(LEAST_ROWS, Math.floor(CHUNK_ELEMENTS / vocabSize))
}
