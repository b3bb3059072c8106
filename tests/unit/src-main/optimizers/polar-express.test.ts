import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { orthogonalise } from '../../../../src-main/optimizers/polar-express'
import { readGolden } from '../../../support/golden'
import { expectClose, expectNoLeak, randomTensor, valuesOf } from '../../../support/tensors'

/** What the reference gives, called with the input as a float32 tensor. */
const golden = readGolden(
  'polar-express.json',
  z.array(
    z.object({ shape: z.array(z.number()), input: z.array(z.number()), bfloat16: z.array(z.number()) }),
  ),
)

beforeAll(async () => {
  await loadTensorflow()
})

/** The method on one singular value, in double precision: x, its powers, and the published coefficients. */
function onSingularValue(x: number): number {
  const polynomials = [
    [8.156554524902461, -22.48329292557795, 15.878769915207462],
    [4.042929935166739, -2.808917465908714, 0.5000178451051316],
    [3.8916678022926607, -2.772484153217685, 0.5060648178503393],
    [3.285753657755655, -2.3681294933425376, 0.46449024233003106],
    [2.3465413258596377, -1.7097828382687081, 0.42323551169305323],
  ]
  return polynomials.reduce((s, [a = 0, b = 0, c = 0]) => a * s + b * s ** 3 + c * s ** 5, x)
}

describe('orthogonalise', () => {
  it('moves each singular value as the polynomials say, and turns no singular vector', () => {
    const values = [3, 1, 0.3, 0.01]
    const norm = Math.hypot(...values) * 1.02 + 1e-6
    const diagonal = tf.diag(tf.tensor1d(values)).as3D(1, 4, 4)
    const expected = tf.diag(tf.tensor1d(values.map((value) => onSingularValue(value / norm))))
    expectClose(orthogonalise(diagonal, 'float32').as2D(4, 4), expected, { atol: 1e-5 })
  })

  it.each([
    [2, 6, 6],
    [3, 4, 9],
    [1, 12, 5],
  ])('gives nearly orthonormal rows or columns: %i of %i x %i', (count, rows, columns) => {
    const near = orthogonalise(randomTensor([count, rows, columns]), 'float32')
    const gram = tf.matMul(near, near, rows > columns, rows <= columns)
    const identity = tf.eye(Math.min(rows, columns)).expandDims(0).tile([count, 1, 1])
    const error = valuesOf(tf.max(tf.abs(tf.sub(gram, identity))))[0]
    expect(error).toBeLessThan(0.25) // singular values come within about a tenth of 1
  })

  it('treats a matrix and its transpose alike, and each of a stack on its own', () => {
    const stack = randomTensor([2, 3, 7])
    const turned = tf.transpose(orthogonalise(tf.transpose(stack, [0, 2, 1]), 'float32'), [0, 2, 1])
    const near = orthogonalise(stack, 'float32')
    expectClose(turned, near, { atol: 1e-5 })
    expectClose(orthogonalise(stack.slice([1, 0, 0], [1, 3, 7]), 'float32'), near.slice([1, 0, 0], [1, 3, 7]))
  })

  it('does not depend on the size of the matrix', () => {
    const x = randomTensor([1, 4, 6])
    expectClose(orthogonalise(tf.mul(x, 1000), 'float32'), orthogonalise(x, 'float32'), { atol: 1e-4 })
  })

  it('keeps zeros, which have no direction', () => {
    expectClose(orthogonalise(tf.zeros([1, 3, 3]), 'float32'), tf.zeros([1, 3, 3]))
  })

  it('differs by some hundredths in bfloat16, whose results it then gives', () => {
    const x = randomTensor([2, 24, 48])
    const [exact, rounded] = [orthogonalise(x, 'float32'), orthogonalise(x, 'bfloat16')]
    const distance = valuesOf(tf.div(tf.norm(tf.sub(rounded, exact)), tf.norm(exact)))[0] ?? NaN
    expect(distance).toBeGreaterThan(1e-4)
    expect(distance).toBeLessThan(0.1)
    const spread = tf.mul(rounded, 2 ** 16 + 1)
    expectClose(tf.sub(spread, tf.sub(spread, rounded)), rounded, { atol: 0, rtol: 0 })
  })

  it("gives the reference's bfloat16 on small matrices, up to two units in the last place", () => {
    for (const { shape, input, bfloat16 } of golden) {
      expectClose(orthogonalise(tf.tensor(input, [1, ...shape]), 'bfloat16'), bfloat16, {
        atol: 2 ** -7,
        rtol: 0,
      })
    }
  })

  it('leaks nothing', () => {
    const x = randomTensor([2, 3, 7])
    expectNoLeak(() => orthogonalise(x, 'float32'))
    expectNoLeak(() => orthogonalise(x, 'bfloat16'))
  })
})
