import type * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { modelConfig } from '../../../../src-main/model/config.schema'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { expectNoLeak, randomTensor, valuesOf } from '../../../support/tensors'

type Matrix = number[][]

const model = modelConfig.parse({
  ...{ sequence_len: 64, vocab_size: 100, n_layer: 2, n_head: 2, n_kv_head: 2, n_embd: 192 },
})
const rates = {
  embedding_lr: 0.3,
  unembedding_lr: 0.004,
  matrix_lr: 0.02,
  weight_decay: 0,
  init_lr_frac: 0.8,
}
const groups = parameterGroups(parameterShapes({ ...model, variant: '2026-03-14' }), 192, {
  ...{ ...rates, optimizer: '2026-07' },
})

beforeAll(async () => {
  await loadTensorflow()
})

function muon() {
  const group = groups.find(({ kind }) => kind === 'muon')
  if (group?.kind !== 'muon') throw new Error('no group of Muon')
  return group
}

// The published formulas in float64, written without tensors.

const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, x, k) => sum + x * (b[k]?.[j] ?? NaN), 0)))
const transposed = (a: Matrix): Matrix => (a[0] ?? []).map((_, j) => a.map((row) => row[j] ?? NaN))
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((x, j) => x + (b[i]?.[j] ?? NaN)))
const scaled = (a: Matrix, by: number): Matrix => a.map((row) => row.map((x) => x * by))
const normOf = (a: Matrix): number => Math.hypot(...a.flat())

const POLYNOMIALS = [
  [8.156554524902461, -22.48329292557795, 15.878769915207462],
  [4.042929935166739, -2.808917465908714, 0.5000178451051316],
  [3.8916678022926607, -2.772484153217685, 0.5060648178503393],
  [3.285753657755655, -2.3681294933425376, 0.46449024233003106],
  [2.3465413258596377, -1.7097828382687081, 0.42323551169305323],
]

function expectedDirection(momentum: Matrix): Matrix {
  const target = normOf(momentum) / Math.sqrt(momentum.length)
  let x = momentum.map((row) => row.map((value) => (value * target) / Math.max(normOf([row]), 1e-6)))
  x = scaled(x, 1 / (normOf(x) * 1.01 + 1e-6))
  for (const [a = 0, b = 0, c = 0] of POLYNOMIALS) {
    const gram = times(x, transposed(x))
    x = plus(scaled(x, a), times(plus(scaled(gram, b), scaled(times(gram, gram), c)), x))
  }
  return scaled(x, Math.sqrt(Math.min(x.length, x[0]?.length ?? 0)) / normOf(x))
}

function matrixOf(tensor: tf.Tensor): Matrix {
  const [, rows = 0, columns = 0] = tensor.shape
  const values = valuesOf(tensor)
  return Array.from({ length: rows }, (_, i) => [...values.slice(i * columns, (i + 1) * columns)])
}

describe('the direction of a step', () => {
  it.each([
    [4, 9],
    [9, 4],
    [6, 6],
  ])('is that of the formulas in float64: %i x %i', (rows, columns) => {
    const momentum = randomTensor([1, rows, columns], 3)
    const found = matrixOf(muon().direction(momentum, 'float32')).flat()
    const expected = expectedDirection(matrixOf(momentum)).flat()
    const apart = found.map((value, i) => Math.abs(value - (expected[i] ?? NaN)))
    expect(Math.max(...apart)).toBeLessThan(2e-5)
  })

  it('has the norm of an orthogonal matrix, whatever the momentum’s, and rows that were zero stay zero', () => {
    const momentum = randomTensor([2, 5, 8], 4)
      .mul(1e-3)
      .mul([[[1], [1], [0], [1], [1]]])
    const found = matrixOf(muon().direction(momentum, 'float32'))
    expect(normOf(found)).toBeCloseTo(Math.sqrt(5), 4)
    expect(found[2]).toEqual(Array.from({ length: 8 }, () => 0))
  })

  it('in bfloat16 is near that in float32, and leaks nothing', () => {
    const momentum = randomTensor([1, 8, 40], 5)
    const [single, half] = [
      valuesOf(muon().direction(momentum, 'float32')),
      valuesOf(muon().direction(momentum, 'bfloat16')),
    ]
    const apart = Math.hypot(...single.map((value, i) => value - (half[i] ?? NaN)))
    expect(apart / Math.hypot(...single)).toBeLessThan(0.1)
    expectNoLeak(() => [muon().direction(momentum, 'float32')])
  })
})

it('trains each part as nanochat does since then', () => {
  // 2 times the rate for 192 of 768 columns, where it goes with the width; 0.8 of all for init_lr_frac
  const expected: [label: string, lr: number, betas: [number, number], weightDecay: number][] = [
    ['head', 2 * 0.004, [0.8, 0.96], 0.01],
    ['embedding', 2 * 0.3, [0.8, 0.995], 0.001],
    ['value embeddings', 0.3, [0.8, 0.995], 0.01],
    ['residual scalars', 0.005, [0.8, 0.95], 0.05],
    ['x0 scalars', 0.5, [0.96, 0.95], 0],
    ['smear, backout', 0.2, [0.8, 0.95], 0],
  ]
  const found = groups.flatMap((group) => (group.kind === 'adamw' ? group : []))
  expect(found.map(({ label }) => label)).toEqual(expected.map(([label]) => label))
  for (const [i, [, lr, betas, weightDecay]] of expected.entries()) {
    expect(found[i]).toMatchObject({ betas, weightDecay, eps: 1e-10 })
    expect(found[i]?.lr).toBeCloseTo(0.8 * lr, 12)
  }
  expect(muon()).toMatchObject({ lr: 0.02 * 0.8, beta2: 0.9, weightDecay: 0 })
})
