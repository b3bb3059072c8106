/**
 * The head and its loss: logits `15 tanh(x W^T / 15)` and their cross entropy, in chunks of rows, so that the logits of a
 * batch never exist all at once.
 *
 * The softcap keeps logits within ±15, so their exponentials need no maximum subtracted. The target's logit is gathered,
 * never multiplied by a one-hot. In training the gradients are made in the forward pass, while a chunk's logits are at
 * hand: with t = tanh(z / 15), p the softmax, g the row's share of the loss,
 *   dz = g (p - onehot) (1 - t^2),
 * where the one-hot's part touches one row of W a token and is gathered and scattered by rows.
 */
import * as tf from '@tensorflow/tfjs-core'

import { differentiable } from './gradient'
import { lossChunkRows } from './loss-chunks'
import { softcap } from './softcap'

/** Inputs of the loss. */
export interface HeadInputs {
  /** [N, C] */
  x: tf.Tensor
  /** [V padded, C] */
  head: tf.Tensor
  /** [N] int32; -1 is ignored */
  targets: tf.Tensor1D
  /** V: rows of the head from this number on are padding */
  vocabSize: number
  /** Number of rows whose logits exist at a time. @default as many as fit a processor's cache, but at least 512 */
  chunkRows?: number
}

/**
 * Loss of every target in nats, 0 where it is ignored. Not differentiable: {@link meanHeadLoss} is.
 *
 * @returns [N]
 */
export function headLossPerToken(inputs: HeadInputs): tf.Tensor1D {
  const { head, targets, vocabSize } = inputs
  return tf.tidy(() => {
    const rows = vocabularyRows(head, vocabSize)
    const losses = chunksOf(inputs).map((chunk) =>
      tf.tidy(() => {
        const target = part1D(targets, chunk)
        const { tanh, tanhAtTarget } = tanhOf(chunk.rows, rows, target)
        return tf.mul(lossOf(sumOf(exponentials(tanh)), tanhAtTarget), validOf(target))
      }),
    )
    return tf.concat(losses).as1D()
  })
}

/**
 * Mean loss over the targets that are not ignored, 0 where all are. Differentiable with respect to `x` and `head`.
 *
 * @param seeLosses is called with the losses that it is the mean of, one tensor [R] for each chunk; those of ignored
 *   targets may be any number. They are freed afterwards, except those that it keeps (tf.keep).
 * @returns scalar
 */
export function meanHeadLoss(inputs: HeadInputs, seeLosses?: (chunks: tf.Tensor[]) => void): tf.Scalar {
  return tf.tidy(() => {
    const loss = differentiable(
      [inputs.x, inputs.head],
      () => {
        const { value, dx, dHead, losses } = lossWithGradients(inputs)
        seeLosses?.(losses)
        return { value, saved: { dx, dHead } }
      },
      (dy, { dx, dHead }) => [tf.mul(dx, dy), tf.mul(dHead, dy)],
    )
    return loss.asScalar()
  })
}

function lossWithGradients(inputs: HeadInputs) {
  const { x, head, targets, vocabSize } = inputs
  const valid = validOf(targets)
  const shares = tf.div(valid, tf.maximum(tf.sum(valid), 1)).as1D() // [N]: a row's weight in the mean
  const rows = vocabularyRows(head, vocabSize) // [V, C]
  const parts: ChunkGradients[] = []
  let dRows: tf.Tensor = tf.zerosLike(rows)
  for (const chunk of chunksOf(inputs)) {
    const part = tf.tidy(() => {
      const target = part1D(targets, chunk)
      const { dChunkRows, ...rest } = chunkGradients(chunk.rows, rows, target, part1D(shares, chunk))
      return { ...rest, dRows: tf.add(dRows, dChunkRows) }
    })
    dRows.dispose() // the sum before this chunk was added
    dRows = part.dRows
    parts.push(part)
  }
  const atTarget = tf.concat(parts.map((part) => part.atTarget)) // [N, 1]
  const dHead = targetGradients(tf.mul(x, atTarget), targets, head, dRows)
  const value = tf.addN(parts.map((part) => part.loss))
  const losses = parts.map((part) => part.losses)
  return { value, dx: tf.concat(parts.map((part) => part.dx)), dHead, losses }
}

interface ChunkGradients {
  /** scalar: the chunk's part of the mean */
  loss: tf.Tensor
  /** [R] */
  losses: tf.Tensor
  /** [R, C] */
  dx: tf.Tensor
  /** [R, 1] g (1 - t^2) at the target, from which the one-hot's part of the gradient is made */
  atTarget: tf.Tensor
}

/**
 * @param x [R, C]
 * @param rows [V, C]
 * @param target [R]
 * @param share [R]
 */
function chunkGradients(x: tf.Tensor, rows: tf.Tensor, target: tf.Tensor1D, share: tf.Tensor1D) {
  const { tanh, picked, tanhAtTarget } = tanhOf(x, rows, target) // [R, V], [R], [R]
  const weights = exponentials(tanh) // [R, V]
  const sum = sumOf(weights) // [R]
  const loss = lossOf(sum, tanhAtTarget) // [R]
  const slopes = tf.tidy(() => tf.sub(weights, tf.mul(weights, tf.square(tanh)))) // [R, V]: weights (1 - t^2)
  tf.dispose([tanh, weights]) // before the products need memory
  const factor = column(tf.div(share, sum)) // [R, 1]
  const atTarget = column(tf.sub(share, tf.mul(share, tf.square(tanhAtTarget)))) // [R, 1]
  const dxAll = tf.mul(tf.matMul(slopes, rows), factor)
  const dxTarget = tf.mul(tf.gather(rows, safe(target)), atTarget)
  return {
    loss: tf.sum(tf.mul(loss, share)),
    // The same again, from values that a compiled graph writes anyway: its programs stay as they are without it.
    losses: lossOf(sum, tf.tanh(picked)),
    dx: tf.sub(dxAll, dxTarget), // [R, C]
    dChunkRows: tf.matMul(slopes, tf.mul(x, factor), true, false), // [V, C]
    atTarget,
  }
}

/** dRows [V, C] minus the targets' own rows, with zeros for the head's padding: [V padded, C]. */
function targetGradients(
  xAtTarget: tf.Tensor,
  targets: tf.Tensor1D,
  head: tf.Tensor,
  dRows: tf.Tensor,
): tf.Tensor {
  const [padded = 0] = head.shape
  const [vocabSize = 0] = dRows.shape
  const own = tf.unsortedSegmentSum(xAtTarget, safe(targets), padded) // ignored targets add 0 to row 0
  return tf.sub(tf.pad(dRows, [[0, padded - vocabSize], [0, 0]]), own) // prettier-ignore
}

// ---------------------------------------------------------------------------------------------- pieces

/**
 * tanh(x W^T / 15) [R, V], and its values at the targets [R]. A target's logit is picked before tanh: a compiled graph
 * then picks from the product itself, and writes no tanh.
 */
function tanhOf(x: tf.Tensor, rows: tf.Tensor, target: tf.Tensor1D) {
  return tf.tidy(() => {
    const scaled = tf.matMul(tf.mul(x, 1 / softcap), rows, false, true)
    const places = tf.stack([tf.range(0, target.size, 1, 'int32'), safe(target)], 1) // [R, 2]
    const picked = tf.gatherND(scaled, places) // [R]
    return { tanh: tf.tanh(scaled), picked, tanhAtTarget: tf.tanh(picked) }
  })
}

function exponentials(tanh: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.exp(tf.mul(tanh, softcap)))
}

function sumOf(weights: tf.Tensor): tf.Tensor {
  return tf.sum(weights, -1)
}

/** Cross entropy of each row: the log of the sum of exponentials minus the target's logit. All are [R]. */
function lossOf(sum: tf.Tensor, tanhAtTarget: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.sub(tf.log(sum), tf.mul(tanhAtTarget, softcap)))
}

/** 1 for targets that count, 0 for ignored ones. */
function validOf(targets: tf.Tensor1D): tf.Tensor1D {
  return tf.cast(tf.greaterEqual(targets, tf.scalar(0, 'int32')).as1D(), 'float32')
}

/** Targets that can be looked up; the result for an ignored one is multiplied by 0. */
function safe(targets: tf.Tensor1D): tf.Tensor1D {
  return tf.maximum(targets, tf.scalar(0, 'int32'))
}

/** The head without its padding: [V, C]. */
export function vocabularyRows(head: tf.Tensor, vocabSize: number): tf.Tensor {
  const [padded = 0, width = 0] = head.shape
  return padded === vocabSize ? head : tf.slice(head, [0, 0], [vocabSize, width])
}

function part1D(x: tf.Tensor1D, { start, size }: Chunk): tf.Tensor1D {
  return tf.slice(x, start, size)
}

function column(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [-1, 1])
}

interface Chunk {
  start: number
  size: number
  /** [size, C] */
  rows: tf.Tensor
}

function chunksOf({ x, vocabSize, chunkRows }: HeadInputs): Chunk[] {
  const [count = 0, width = 0] = x.shape
  const size = chunkRows ?? lossChunkRows(vocabSize)
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => {
    const start = i * size
    const rows = Math.min(size, count - start)
    return { start, size: rows, rows: tf.slice(x, [start, 0], [rows, width]) }
  })
}
