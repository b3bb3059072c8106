/**
 * Causal attention with a window and grouped key heads, block by block of queries, so that the scores of a layer never
 * exist all at once. The backward pass computes them again from queries and keys (Dao et al., arXiv 2205.14135): this
 * is a tenth more work, and no score is kept.
 *
 * Queries and keys come from a norm, so a score lies within ± the product of their lengths, some 11 for heads of 128:
 * exponentials need no maximum subtracted, and the product with the values is divided by the sum over the keys
 * afterwards.
 */
import * as tf from '@tensorflow/tfjs-core'

import { maskOf, queryBlocks, type QueryBlock } from './attention-blocks'
import { differentiable } from './gradient'

export interface AttentionOptions {
  /** A query at i sees keys i - window to i. */
  window: number
  /** Number of queries a block, R. */
  blockRows: number
  /** [R, K], of {@link windowMask} for the same window and blocks */
  mask: tf.Tensor
}

/**
 * @param q [N * G, T, D], normed and scaled; G query heads, one after another, share a key head
 * @param k [N, T, D], normed
 * @param v [N, T, D]
 * @returns [N * G, T, D]
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, options: AttentionOptions): tf.Tensor {
  const [, length = 0] = q.shape
  const [keyHeads = 0] = k.shape
  const blocks = queryBlocks(length, options.window, options.blockRows)
  const grouped = (x: tf.Tensor) => tf.reshape(x, [keyHeads, -1, ...x.shape.slice(1)]) // [N, G, T, D]
  return differentiable(
    [q, k, v],
    () => {
      const parts = blocks.map((block) => tf.tidy(() => attendBlock(grouped(q), k, v, block, options.mask)))
      const share = tf.reciprocal(joined(parts.map(({ sums }) => sums))) // [N, G, T, 1]
      const out = tf.mul(joined(parts.map(({ sum }) => sum)), share)
      return { value: tf.reshape(out, q.shape), saved: { q, k, v, out, share, mask: options.mask } }
    },
    (dy, saved) => {
      const dSum = tf.mul(grouped(dy), saved.share) // [N, G, T, D]
      const dSums = tf.sum(tf.mul(dSum, saved.out), -1, true) // [N, G, T, 1], with its sign reversed
      const inputs = { ...saved, q: grouped(saved.q), dSum, dSums }
      const parts = blocks.map((block) => tf.tidy(() => gradientsOfBlock(inputs, block)))
      const dq = tf.reshape(joined(parts.map((part) => part.dq)), dy.shape)
      const dk = summed(parts.map((part) => part.dk), blocks) // prettier-ignore
      const dv = summed(parts.map((part) => part.dv), blocks) // prettier-ignore
      return [dq, dk, dv]
    },
  )
}

/** The sums of the values by their weights, and the sums of the weights. */
function attendBlock(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, block: QueryBlock, mask: tf.Tensor) {
  const weights = weightsOf(queriesOf(q, block), keysOf(k, block), maskOf(block, mask)) // [N, G * R, K]
  const sum = tf.matMul(weights, keysOf(v, block)) // [N, G * R, D]
  return { sum: asHeads(sum, q, block), sums: asHeads(tf.sum(weights, -1, true), q, block) }
}

interface BackwardInputs {
  q: tf.Tensor
  k: tf.Tensor
  v: tf.Tensor
  mask: tf.Tensor
  dSum: tf.Tensor
  dSums: tf.Tensor
}

function gradientsOfBlock({ q, k, v, mask, dSum, dSums }: BackwardInputs, block: QueryBlock) {
  const [queries, keys, values] = [queriesOf(q, block), keysOf(k, block), keysOf(v, block)]
  const weights = weightsOf(queries, keys, maskOf(block, mask)) // [N, G * R, K]
  const dValuesSum = queriesOf(dSum, block) // [N, G * R, D]
  const dWeights = tf.sub(tf.matMul(dValuesSum, values, false, true), queriesOf(dSums, block)) // [N, G * R, K]
  const dScores = tf.mul(weights, dWeights)
  return {
    dq: asHeads(tf.matMul(dScores, keys), q, block),
    dk: tf.matMul(dScores, queries, true, false), // [N, K, D]
    dv: tf.matMul(weights, dValuesSum, true, false), // [N, K, D]
  }
}

/** Exponentials of the scores, 0 where a query does not see the key: [N, G * R, K]. */
function weightsOf(queries: tf.Tensor, keys: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const weights = tf.exp(tf.matMul(queries, keys, false, true))
    const byHead = tf.reshape(weights, [-1, ...mask.shape]) // [N * G, R, K]
    return tf.reshape(tf.mul(byHead, mask), weights.shape)
  })
}

/** The block's rows of [N, G, T, W], with the heads of a group below one another: [N, G * R, W]. */
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

/** Adds up the gradients that blocks [N, K, D] give for the keys that they share: [N, T, D]. */
function summed(gradients: tf.Tensor[], blocks: QueryBlock[]): tf.Tensor {
  const sums = blocks.map(({ start, end }) => {
    const parts = gradients.flatMap((gradient, i) => {
      const block = blocks[i]
      if (block === undefined || block.from > start || block.end < end) return []
      return [keysOf(gradient, { start, end: end - block.from, from: start - block.from })]
    })
    return tf.addN(parts)
  })
  return tf.concat(sums, 1)
}
