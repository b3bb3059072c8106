/**
 * Causal attention with a window and grouped key heads, block by block of queries, so that the scores of a layer never
 * exist all at once. The backward pass makes them anew from queries and keys (Dao et al., arXiv 2205.14135): a tenth
 * more work, and no score is kept.
 *
 * Queries and keys come from a norm, so a score lies within scale * D, some ±11 for heads of 128: its exponential needs no
 * maximum subtracted, and is divided by the row's sum only after the product with the values.
 */
import * as tf from '@tensorflow/tfjs-core'

import { blockMask, keyLengths, queryBlocks, type QueryBlock } from './attention-blocks'
import { differentiable } from './gradient'

export interface AttentionOptions {
  /** A query at i sees keys i - window to i. */
  window: number
  /** Factor of the scores; 1 / sqrt(D) times whatever sharpens them. */
  scale: number
  /** @default 128 */
  blockRows?: number
}

/**
 * @param q [N, G, T, D], normed; G query heads share a key head
 * @param k [N, T, D], normed
 * @param v [N, T, D]
 * @returns [N, G, T, D]
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, options: AttentionOptions): tf.Tensor {
  const { window, scale, blockRows = 128 } = options
  const [, , length = 0] = q.shape
  const blocks = queryBlocks(length, window, blockRows)
  return differentiable(
    [q, k, v],
    () => {
      const scaled = tf.mul(q, scale)
      const parts = blocks.map((block) => tf.tidy(() => attendBlock(scaled, k, v, block, window)))
      const out = joined(parts.map((part) => part.out))
      return { value: out, saved: { scaled, k, v, out, sums: joined(parts.map((part) => part.sums)) } }
    },
    (dy, saved) => {
      const parts = blocks.map((block) =>
        tf.tidy(() => gradientsOfBlock(dy, saved, block, window, blockRows)),
      )
      const dq = tf.mul(joined(parts.map((part) => part.dq)), scale)
      return [dq, sumBlocks(parts, blocks, 'dk', blockRows), sumBlocks(parts, blocks, 'dv', blockRows)]
    },
  )
}

function attendBlock(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, block: QueryBlock, window: number) {
  const queries = queriesOf(q, block) // [N, G * R, D]
  const weights = weightsOf(queries, keysOf(k, block), block, window) // [N, G * R, K]
  const sums = tf.sum(weights, -1, true) // [N, G * R, 1]
  const out = tf.div(tf.matMul(weights, keysOf(v, block)), sums) // [N, G * R, D]
  return { out: asHeads(out, q, block), sums: asHeads(sums, q, block) }
}

interface Saved {
  /** q times scale */
  scaled: tf.Tensor
  k: tf.Tensor
  v: tf.Tensor
  out: tf.Tensor
  /** [N, G, T, 1] sum of a query's weights */
  sums: tf.Tensor
}

type BlockGradients = ReturnType<typeof gradientsOfBlock>

function gradientsOfBlock(dy: tf.Tensor, saved: Saved, block: QueryBlock, window: number, rows: number) {
  const [queries, keys, values] = [
    queriesOf(saved.scaled, block),
    keysOf(saved.k, block),
    keysOf(saved.v, block),
  ]
  const weights = weightsOf(queries, keys, block, window) // [N, G * R, K]
  const dOut = tf.div(queriesOf(dy, block), queriesOf(saved.sums, block)) // [N, G * R, D]
  const dSum = tf.sum(tf.mul(dOut, queriesOf(saved.out, block)), -1, true) // [N, G * R, 1]
  const dScores = tf.mul(weights, tf.sub(tf.matMul(dOut, values, false, true), dSum)) // [N, G * R, K]
  const lengths = keyLengths(block, rows)
  return {
    dq: asHeads(tf.matMul(dScores, keys), saved.scaled, block),
    // Split at block boundaries: [N, R, D] each.
    dk: tf.split(tf.matMul(dScores, queries, true, false), lengths, 1),
    dv: tf.split(tf.matMul(weights, dOut, true, false), lengths, 1),
  }
}

/** Exponentials of the scores, 0 where a query does not see the key: [N, G * R, K]. */
function weightsOf(queries: tf.Tensor, keys: tf.Tensor, block: QueryBlock, window: number): tf.Tensor {
  const weights = tf.exp(tf.matMul(queries, keys, false, true))
  const mask = blockMask(block, window) // [R, K]
  return tf.reshape(tf.mul(tf.reshape(weights, [-1, ...mask.shape]), mask), weights.shape)
}

/** The block's rows of [N, G, T, W], heads of a group below one another: [N, G * R, W]. */
function queriesOf(x: tf.Tensor, { start, end }: QueryBlock): tf.Tensor {
  const [keyHeads = 0, group = 0, , width = 0] = x.shape
  const rows = tf.slice(x, [0, 0, start, 0], [keyHeads, group, end - start, width])
  return tf.reshape(rows, [keyHeads, group * (end - start), width])
}

/** [N, G * R, W] as [N, G, R, W] */
function asHeads(rows: tf.Tensor, like: tf.Tensor, { start, end }: QueryBlock): tf.Tensor {
  const [keyHeads = 0, group = 0] = like.shape
  return tf.reshape(rows, [keyHeads, group, end - start, -1])
}

/** The keys (or values) that the block sees, of [N, T, D]: [N, K, D]. */
function keysOf(x: tf.Tensor, { end, from }: QueryBlock): tf.Tensor {
  const [keyHeads = 0, , width = 0] = x.shape
  return tf.slice(x, [0, from, 0], [keyHeads, end - from, width])
}

function joined(parts: tf.Tensor[]): tf.Tensor {
  return tf.concat(parts, 2)
}

/** Adds up what all blocks give for each block of keys: [N, T, D]. */
function sumBlocks(
  parts: BlockGradients[],
  blocks: QueryBlock[],
  which: 'dk' | 'dv',
  rows: number,
): tf.Tensor {
  const sums = blocks.map(({ start }) =>
    tf.addN(
      parts.flatMap((part, i) => {
        const first = blocks[i]?.from ?? 0
        const gradient = part[which][(start - first) / rows]
        return gradient === undefined ? [] : [gradient]
      }),
    ),
  )
  return tf.concat(sums, 1)
}
