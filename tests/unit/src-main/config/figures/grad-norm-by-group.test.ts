import { beforeAll, expect, test } from 'vitest'

import { EagerEngine } from '../../../../../src-main/engine/eager-engine'
import { GraphEngine } from '../../../../../src-main/engine/graph-engine'
import type { StepEngine, TokenBatch } from '../../../../../src-main/engine/step-engine'
import { parameterShapes } from '../../../../../src-main/model/parameters'
import { loadTensorflow, type Tensorflow } from '../../../../../src-main/native/tensorflow'
import { parameterGroups } from '../../../../../src-main/optimizers/optimizers'
import { tinyCheckpoint, tinyConfig } from '../../../../support/checkpoints'

const groups = parameterGroups(parameterShapes(tinyConfig), tinyConfig.n_embd, {
  ...{ embedding_lr: 0.2, unembedding_lr: 0.004, matrix_lr: 0.02, weight_decay: 0, init_lr_frac: 1 },
})
const ids = Int32Array.from({ length: 33 }, (_, i) => (i * 7) % tinyConfig.vocab_size)
const batchFrom = (start: number): TokenBatch => ({
  ...{
    batchSize: 1,
    seqLen: 16,
    inputs: ids.slice(start, start + 16),
    targets: ids.slice(start + 1, start + 17),
  },
})
const batches = [batchFrom(0), batchFrom(16)]

let tensorflow: Tensorflow
beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

/** Norm of the mean gradient of each label's parameters, in float64, from an engine's own gradients. */
function normsByHand(): Record<string, number> {
  const engine = new EagerEngine(tinyConfig, groups)
  void engine.importState({ parameters: tinyCheckpoint(1).model, optimizer: new Map() })
  const sums = new Map<string, Float64Array>()
  for (const batch of batches) {
    for (const [name, tensor] of engine.gradients(batch).gradients) {
      const sum = sums.get(name) ?? new Float64Array(tensor.size)
      tensor.dataSync().forEach((value, i) => (sum[i] = (sum[i] ?? NaN) + value / batches.length))
      sums.set(name, sum)
      tensor.dispose()
    }
  }
  engine.dispose()
  const squares: Record<string, number> = {}
  for (const { label, names } of groups) {
    for (const name of names) {
      const square = sums.get(name)?.reduce((total, value) => total + value ** 2, 0) ?? NaN
      squares[label] = (squares[label] ?? 0) + square
    }
  }
  return Object.fromEntries(Object.entries(squares).map(([label, square]) => [label, Math.sqrt(square)]))
}

const ENGINES: [name: string, open: () => StepEngine][] = [
  ['eager', () => new EagerEngine(tinyConfig, groups)],
  ['graph', () => new GraphEngine(tensorflow, { model: tinyConfig, groups, dtype: 'float32' })],
]

test.each(ENGINES)(
  '%s: the gradient norm of every group is that of its parameters, and together they are that of all',
  async (_, open) => {
    const engine = open()
    await engine.importState({ parameters: tinyCheckpoint(1).model, optimizer: new Map() })
    const { measured } = await engine.step(batches, { lrMultiplier: 1, momentum: 0.85 })
    engine.dispose()
    const norms = measured.grad_norm_by_group ?? {}
    const byHand = normsByHand()
    expect(Object.keys(norms)).toEqual(Object.keys(byHand))
    // The scalars' gradients are rounding errors of zero at the start: a norm is compared on the scale of all of them.
    const all = measured.grad_norm ?? NaN
    for (const [label, norm] of Object.entries(byHand)) {
      expect((norms[label] ?? NaN) / all).toBeCloseTo(norm / all, 5)
    }
    expect(Math.max(...Object.values(norms)) / all).toBeGreaterThan(0.5)
    expect(Math.hypot(...Object.values(norms)) / all).toBeCloseTo(1, 5)
  },
)
