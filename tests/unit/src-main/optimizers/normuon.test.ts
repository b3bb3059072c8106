import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { reduceVariance } from '../../../../src-main/optimizers/normuon'
import { expectClose, expectNoLeak, randomTensor, valuesOf } from '../../../support/tensors'

const keep = (x: tf.Tensor) => x

beforeAll(async () => {
  await loadTensorflow()
})

/** One matrix, rows reduced, number by number. */
function plain(rows: number[][], average: number[], beta2: number) {
  const squares = rows.map((row) => row.reduce((sum, x) => sum + x * x, 0) / row.length)
  const next = average.map((old, i) => old + (1 - beta2) * ((squares[i] ?? 0) - old))
  const scaled = rows.map((row, i) => row.map((x) => x / Math.sqrt(Math.max(next[i] ?? 0, 1e-10))))
  const norm = (matrix: number[][]) => Math.hypot(...matrix.flat())
  const factor = norm(rows) / norm(scaled)
  return { update: scaled.map((row) => row.map((x) => x * factor)), average: next }
}

describe('reduceVariance', () => {
  it('is the plain form, for rows and for columns', () => {
    const rows = [[1, -2, 0.5], [0.1, 0.2, -0.1], [3, 1, 1], [0, 0.5, 0.25]] // prettier-ignore
    const average = [0.5, 0.02, 1, 0.1]
    const expected = plain(rows, average, 0.95)
    const tall = reduceVariance(tf.tensor3d([rows]), tf.tensor3d(average, [1, 4, 1]), 0.95, keep)
    expectClose(tall.update, expected.update.flat())
    expectClose(tall.average, expected.average)
    const turned = tf.transpose(tf.tensor3d([rows]), [0, 2, 1])
    const wide = reduceVariance(turned, tf.tensor3d(average, [1, 1, 4]), 0.95, keep)
    expectClose(tf.transpose(wide.update, [0, 2, 1]), expected.update.flat())
    expectClose(wide.average, expected.average)
  })

  it('keeps the norm of each matrix', () => {
    const update = tf.mul(randomTensor([2, 6, 4]), tf.tensor3d([1, 10], [2, 1, 1]))
    const { update: reduced } = reduceVariance(update, tf.abs(randomTensor([2, 6, 1], 2)), 0.95, keep)
    for (const i of [0, 1]) {
      const [before, after] = [update, reduced].map(
        (x) => valuesOf(tf.norm(x.slice([i, 0, 0], [1, 6, 4])))[0] ?? NaN,
      )
      expect((after ?? NaN) / (before ?? NaN)).toBeCloseTo(1, 5)
    }
  })

  it('bears an update of zeros', () => {
    const { update } = reduceVariance(tf.zeros([1, 3, 2]), tf.zeros([1, 3, 1]), 0.95, keep)
    expectClose(update, tf.zeros([1, 3, 2]))
  })

  it('leaks nothing', () => {
    const [update, average] = [randomTensor([2, 6, 4]), tf.zeros([2, 6, 1])]
    expectNoLeak(() => Object.values(reduceVariance(update, average, 0.95, keep)))
  })
})
