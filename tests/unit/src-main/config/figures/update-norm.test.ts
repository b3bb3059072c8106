import { beforeAll, expect, test } from 'vitest'

import { EagerEngine } from '../../../../../src-main/engine/eager-engine'
import { GraphEngine } from '../../../../../src-main/engine/graph-engine'
import type { EngineState, StepEngine, TokenBatch } from '../../../../../src-main/engine/step-engine'
import { parameterShapes } from '../../../../../src-main/model/parameters'
import { loadTensorflow, type Tensorflow } from '../../../../../src-main/native/tensorflow'
import { parameterGroups } from '../../../../../src-main/optimizers/optimizers'
import { tinyCheckpoint, tinyConfig } from '../../../../support/checkpoints'

const groups = parameterGroups(parameterShapes(tinyConfig), tinyConfig.n_embd, {
  ...{ embedding_lr: 0.2, unembedding_lr: 0.004, matrix_lr: 0.02, weight_decay: 0.1, init_lr_frac: 1 },
})
const ids = Int32Array.from({ length: 33 }, (_, i) => (i * 7) % tinyConfig.vocab_size)
const batch: TokenBatch = { batchSize: 2, seqLen: 16, inputs: ids.slice(0, 32), targets: ids.slice(1) }

let tensorflow: Tensorflow
beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

const ENGINES: [name: string, open: () => StepEngine][] = [
  ['eager', () => new EagerEngine(tinyConfig, groups)],
  ['graph', () => new GraphEngine(tensorflow, { model: tinyConfig, groups, dtype: 'float32' })],
]

/** Of the parameters of each label, in float64. */
function changeOf(before: EngineState, after: EngineState): Record<string, number> {
  const squares: Record<string, number> = {}
  for (const { label, names } of groups) {
    for (const name of names) {
      const [old, now] = [before.parameters.get(name)?.data, after.parameters.get(name)?.data]
      const square = old?.reduce((sum, value, i) => sum + ((now?.[i] ?? NaN) - value) ** 2, 0) ?? NaN
      squares[label] = (squares[label] ?? 0) + square
    }
  }
  return Object.fromEntries(Object.entries(squares).map(([label, square]) => [label, Math.sqrt(square)]))
}

test.each(ENGINES)(
  '%s: the update norm is that of what the step changed, for every group',
  async (_, open) => {
    const engine = open()
    await engine.importState({ parameters: tinyCheckpoint(1).model, optimizer: new Map() })
    for (const lrMultiplier of [1, 0.5]) {
      const before = await engine.exportState()
      const { measured } = await engine.step([batch, batch], { lrMultiplier, momentum: 0.85 })
      const change = changeOf(before, await engine.exportState())
      expect(Object.keys(measured.update_norm ?? {})).toEqual(Object.keys(change))
      for (const [label, norm] of Object.entries(change)) {
        expect(norm).toBeGreaterThan(0)
        expect((measured.update_norm?.[label] ?? NaN) / norm).toBeCloseTo(1, 5)
      }
    }
    engine.dispose()
  },
)
