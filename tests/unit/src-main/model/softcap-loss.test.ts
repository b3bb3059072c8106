import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { headLossPerToken, meanHeadLoss } from '../../../../src-main/model/softcap-loss'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import {
  expectClose,
  expectGradientByDifferences,
  expectNoLeak,
  expectSameWithGradients,
  randomTensor,
  valuesOf,
} from '../../../support/tensors'

const vocabSize = 10
const padded = 16

beforeAll(async () => {
  await loadTensorflow()
})

/** Two targets are ignored; the padding of the head is larger than anything else, to be seen if it counted. */
function inputs() {
  const x = tf.mul(randomTensor([6, 4]), 8)
  const head = tf.concat([randomTensor([vocabSize, 4], 2), tf.fill([padded - vocabSize, 4], 100)])
  return { x, head, targets: tf.tensor1d([3, -1, 0, 9, -1, 3], 'int32') }
}

/** Log softmax over capped logits against a one-hot. */
function plainPerToken(x: tf.Tensor, head: tf.Tensor, targets: tf.Tensor1D): tf.Tensor {
  const logits = tf.matMul(x, head.slice([0, 0], [vocabSize, 4]), false, true)
  const capped = tf.mul(tf.tanh(tf.div(logits, 15)), 15)
  const oneHot = tf.oneHot(targets, vocabSize) // zeros for -1
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(capped), oneHot), -1))
}

function plainMean(x: tf.Tensor, head: tf.Tensor, targets: tf.Tensor1D): tf.Tensor {
  const valid = valuesOf(targets).filter((target) => target >= 0).length
  return tf.div(tf.sum(plainPerToken(x, head, targets)), valid)
}

function rowsOf(matrix: tf.Tensor): number[][] {
  const [rows = 0, columns = 0] = matrix.shape
  const values = valuesOf(matrix)
  return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns))
}

/** The definition: F.cross_entropy(15 tanh(x W^T / 15), targets, ignore_index=-1) with its derivative written out. */
function inFloat64(x: number[][], head: number[][], targets: number[]) {
  const count = targets.filter((target) => target >= 0).length
  const dx = x.map((row) => row.map(() => 0))
  const dHead = head.map((row) => row.map(() => 0))
  let mean = 0
  x.forEach((row, n) => {
    const target = targets[n] ?? -1
    if (target < 0) return
    const tanhs = head.map((weights) =>
      Math.tanh(weights.reduce((sum, weight, c) => sum + weight * (row[c] ?? 0), 0) / 15),
    )
    const sum = tanhs.reduce((total, tanh) => total + Math.exp(15 * tanh), 0)
    mean += (Math.log(sum) - 15 * (tanhs[target] ?? 0)) / count
    tanhs.forEach((tanh, v) => {
      const slope = ((Math.exp(15 * tanh) / sum - (v === target ? 1 : 0)) * (1 - tanh ** 2)) / count
      row.forEach((value, c) => {
        const [dxRow, dHeadRow] = [dx[n] ?? [], dHead[v] ?? []]
        dxRow[c] = (dxRow[c] ?? 0) + slope * (head[v]?.[c] ?? 0)
        dHeadRow[c] = (dHeadRow[c] ?? 0) + slope * value
      })
    })
  })
  return { mean, dx, dHead }
}

describe('headLossPerToken', () => {
  it('is the cross entropy of capped logits, and 0 for ignored targets', () => {
    const { x, head, targets } = inputs()
    const losses = headLossPerToken({ x, head, targets, vocabSize })
    expectClose(losses, plainPerToken(x, head, targets), { atol: 1e-5 })
    expect([1, 4].map((i) => valuesOf(losses)[i])).toEqual([0, 0])
  })

  it('leaks nothing', () => {
    const { x, head, targets } = inputs()
    expectNoLeak(() => headLossPerToken({ x, head, targets, vocabSize }))
  })
})

describe('meanHeadLoss', () => {
  it('agrees with the plain form, gradient included, nothing for the padding', () => {
    const { x, head, targets } = inputs()
    expectSameWithGradients(
      (a, b) => meanHeadLoss({ x: a, head: b, targets, vocabSize }),
      (a, b) => plainMean(a, b, targets),
      [x, head],
    )
  })

  it('has the gradient that differences show', () => {
    const { x, head, targets } = inputs()
    expectGradientByDifferences(
      (a, b) => meanHeadLoss({ x: a, head: b, targets, vocabSize }),
      [x, head],
      3e-3,
    )
  })

  it('is the masked mean and its gradient as computed in float64, one number at a time', () => {
    const { x, head, targets } = inputs()
    const exact = inFloat64(rowsOf(x), rowsOf(head).slice(0, vocabSize), valuesOf(targets))
    for (const chunkRows of [2, 6]) {
      const mean = (a: tf.Tensor, b: tf.Tensor) =>
        meanHeadLoss({ x: a, head: b, targets, vocabSize, chunkRows })
      const { value, grads } = tf.valueAndGrads(mean)([x, head])
      expectClose(value, [exact.mean])
      expectClose(grads[0] ?? [], exact.dx.flat(), { atol: 1e-5 })
      expectClose((grads[1] ?? head).slice([0, 0], [vocabSize, 4]), exact.dHead.flat(), { atol: 1e-5 })
    }
  })

  it('is the same over many chunks as over one', () => {
    const { x, head, targets } = inputs()
    const mean = (chunkRows: number) => (a: tf.Tensor, b: tf.Tensor) =>
      meanHeadLoss({ x: a, head: b, targets, vocabSize, chunkRows })
    for (const chunkRows of [1, 4, 5]) expectSameWithGradients(mean(chunkRows), mean(6), [x, head])
    const perToken = headLossPerToken({ x, head, targets, vocabSize, chunkRows: 4 })
    expectClose(perToken, headLossPerToken({ x, head, targets, vocabSize }))
  })

  it('bears logits far beyond the cap', () => {
    const { head, targets } = inputs()
    const x = tf.mul(randomTensor([6, 4]), 1e4)
    const [loss = NaN] = valuesOf(meanHeadLoss({ x, head, targets, vocabSize }))
    expectClose([loss], plainMean(x, head, targets))
  })

  it('is 0 with no gradient where every target is ignored', () => {
    const { x, head } = inputs()
    const targets = tf.fill([6], -1, 'int32').as1D()
    const { value, grads } = tf.valueAndGrads((a, b) => meanHeadLoss({ x: a, head: b, targets, vocabSize }))([
      x,
      head,
    ])
    expect(valuesOf(value)).toEqual([0])
    for (const gradient of grads) expect(valuesOf(tf.max(tf.abs(gradient)))).toEqual([0])
  })

  it('leaks nothing', () => {
    const { x, head, targets } = inputs()
    expectNoLeak(() => meanHeadLoss({ x, head, targets, vocabSize }))
    expectNoLeak(() => tf.grads((a, b) => meanHeadLoss({ x: a, head: b, targets, vocabSize }))([x, head]))
  })
})
