/** AdamW and Muon go on from nanochat's files as if they had never been cut, wherever the cut, and in every form. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'

import {
  loadModel,
  loadOptimizers,
  writeModelCheckpoint,
} from '../../../../src-main/checkpoint/nanochat-files'
import { EagerEngine } from '../../../../src-main/engine/eager-engine'
import { fromCheckpoint, toCheckpoint } from '../../../../src-main/engine/optimizer-state'
import type { EngineState, StepSettings, TokenBatch } from '../../../../src-main/engine/step-engine'
import type { ModelConfig } from '../../../../src-main/model/config.schema'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { variantId } from '../../../../src-main/model/variants/variant.schema'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import type { ParameterGroup } from '../../../../src-main/optimizers/groups'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { temporaryFolder } from '../../../support/temporary-folder'

const STEPS = 4

beforeAll(async () => {
  await loadTensorflow()
})

/** [1, 16] */
function batch(seed: number, step: number): TokenBatch {
  const ids = Int32Array.from({ length: 17 }, (_, i) => (i * (7 + seed) + step * 13) % tinyConfig.vocab_size)
  return { batchSize: 1, seqLen: 16, inputs: ids.slice(0, 16), targets: ids.slice(1) }
}

const settingsOf = (step: number): StepSettings => ({
  lrMultiplier: 1 - step / 10,
  momentum: 0.85 + step / 100,
})

/** Out to nanochat's files, and back. */
async function throughFiles(
  state: EngineState,
  step: number,
  model: ModelConfig,
  groups: readonly ParameterGroup[],
): Promise<EngineState> {
  const dir = temporaryFolder()
  const optimizers = toCheckpoint(groups, state.optimizer, step, settingsOf(step - 1))
  const meta = { step, model_config: model }
  await writeModelCheckpoint(dir, { step, meta, model: state.parameters, optimizers })
  const { meta: read, tensors } = await loadModel(dir)
  return {
    parameters: tensors,
    optimizer: fromCheckpoint(await loadOptimizers(dir, step, read.model_config)),
  }
}

async function trained(
  model: ModelConfig,
  seed: number,
  weightDecay: number,
  cut: number | null,
): Promise<EngineState> {
  const rates = { embedding_lr: 0.2, unembedding_lr: 0.004, matrix_lr: 0.02, init_lr_frac: 0.5 }
  const groups = parameterGroups(parameterShapes(model), model.n_embd, {
    ...rates,
    weight_decay: weightDecay,
  })
  const engine = new EagerEngine(model, groups)
  await engine.importState({ parameters: tinyCheckpoint(0, seed, model).model, optimizer: new Map() })
  for (let step = 0; step < STEPS; step++) {
    if (step === cut) {
      await engine.importState(await throughFiles(await engine.exportState(), step, model, groups))
    }
    await engine.step([batch(seed, step)], settingsOf(step))
  }
  const state = await engine.exportState()
  engine.dispose()
  return state
}

const plain = (arrays: EngineState['parameters']) =>
  [...arrays].map(([name, { shape, data }]) => [name, shape, data])

test('resumed at any step, they end with the same bits', async () => {
  const form = fc.constantFrom(undefined, ...variantId.options)
  const cuts = fc.integer({ min: 0, max: STEPS - 1 })
  await fc.assert(
    fc.asyncProperty(form, fc.nat(50), fc.constantFrom(0, 0.1), cuts, async (variant, seed, decay, cut) => {
      const model = variant === undefined ? tinyConfig : { ...tinyConfig, variant }
      const whole = await trained(model, seed, decay, null)
      const resumed = await trained(model, seed, decay, cut)
      expect(resumed.parameters.size).toBeGreaterThan(10)
      expect(plain(resumed.parameters)).toEqual(plain(whole.parameters))
      expect(new Map(resumed.optimizer)).toEqual(new Map(whole.optimizer))
    }),
    { numRuns: 6 },
  )
})
