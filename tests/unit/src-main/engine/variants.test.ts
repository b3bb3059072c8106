/** nanochat's later forms in both engines, and through a whole run: base, training, a stop, resuming, the result. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

import { loadModel, writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { OPTIMIZER_NAMES } from '../../../../src-main/config/optimizer-names.schema'
import { EagerEngine } from '../../../../src-main/engine/eager-engine'
import { GraphEngine } from '../../../../src-main/engine/graph-engine'
import type { StepEngine, TokenBatch } from '../../../../src-main/engine/step-engine'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { variantId } from '../../../../src-main/model/variants/variant.schema'
import { loadTensorflow, type Tensorflow } from '../../../../src-main/native/tensorflow'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { goldenPath } from '../../../support/golden'
import { goldenConfig, goldenTrainJob, runJob, withGoldenTrainer } from '../../../support/golden-run'
import { temporaryFolder } from '../../../support/temporary-folder'

/** Small: Adam's first steps are of full size whatever the gradient, rounding noise included. */
const RATES = {
  embedding_lr: 0.2,
  unembedding_lr: 0.004,
  matrix_lr: 0.02,
  weight_decay: 0,
  init_lr_frac: 0.02,
}
const COMPILING_MS = 300_000

let tensorflow: Tensorflow

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

/** [2, 16] */
function batch(seed: number): TokenBatch {
  const ids = Int32Array.from({ length: 33 }, (_, i) => (i * 7 + seed * 13) % tinyConfig.vocab_size)
  return { batchSize: 2, seqLen: 16, inputs: ids.slice(0, 32), targets: ids.slice(1) }
}

/** Losses of three steps and of an evaluation after them. */
async function lossesOf(engine: StepEngine, start: ReturnType<typeof tinyCheckpoint>): Promise<number[]> {
  await engine.importState({ parameters: start.model, optimizer: new Map() })
  const losses: number[] = []
  for (let step = 0; step < 3; step++) {
    losses.push(...(await engine.step([batch(step)], { lrMultiplier: 1, momentum: 0.85 })).losses)
  }
  const after = await engine.evaluate(batch(0))
  engine.dispose()
  return [...losses, ...after]
}

describe.each(variantId.options)('the form of %s', (variant) => {
  test(
    'gives the same losses in both engines',
    async () => {
      const model = { ...tinyConfig, variant }
      const start = tinyCheckpoint(1, 1, model)
      const groups = parameterGroups(parameterShapes(model), model.n_embd, RATES)
      const eager = await lossesOf(new EagerEngine(model, groups), start)
      const graph = await lossesOf(new GraphEngine(tensorflow, { model, groups, dtype: 'float32' }), start)
      expect(graph).toHaveLength(3 + 32)
      expect(graph[0]).toBeCloseTo(eager[0] ?? NaN, 5)
      graph.forEach((loss, i) => {
        expect(loss).toBeCloseTo(eager[i] ?? NaN, 4)
      })
    },
    COMPILING_MS,
  )
})

const forms = [undefined, ...variantId.options].flatMap((variant) =>
  OPTIMIZER_NAMES.map((optimizer) => ({ variant, optimizer })),
)

test.each(forms)(
  'a base of form $variant learns by the optimizer $optimizer',
  async ({ variant, optimizer }) => {
    const model = variant === undefined ? tinyConfig : { ...tinyConfig, variant }
    const shapes = parameterShapes(model)
    const groups = parameterGroups(shapes, model.n_embd, { ...RATES, optimizer })
    const engine = new EagerEngine(model, groups)
    const start = tinyCheckpoint(1, 1, model)
    await engine.importState({ parameters: start.model, optimizer: new Map() })
    const losses: number[] = []
    for (let step = 0; step < 4; step++) {
      losses.push(...(await engine.step([batch(0)], { lrMultiplier: 1, momentum: 0.85 })).losses)
    }
    const { parameters } = await engine.exportState()
    engine.dispose()
    expect([...parameters.keys()].sort()).toEqual([...shapes.keys()].sort())
    expect(losses[3]).toBeLessThan(losses[0] ?? NaN)
  },
)

/** A nanochat folder whose base is of the latest form, with the golden tokenizer. */
async function newerBase(folder: string): Promise<string> {
  const base = join(folder, 'base')
  cpSync(goldenPath('nanochat_base'), base, { recursive: true })
  rmSync(join(base, 'base_checkpoints'), { recursive: true })
  const dir = join(base, 'base_checkpoints', 'd2')
  mkdirSync(dir, { recursive: true })
  const { meta: golden } = await loadModel(goldenPath('nanochat_base/base_checkpoints/d3'))
  const { vocab_size } = golden.model_config
  const model = { ...tinyConfig, vocab_size, sequence_len: 256, variant: '2026-03-14' as const }
  await writeModelCheckpoint(dir, tinyCheckpoint(7, 7, model))
  return base
}

test.each(['eager', 'graph'] as const)(
  '%s: a base of the latest form is trained, stopped, resumed and left as nanochat reads it',
  async (engine) => {
    const options = { engine, num_iterations: 3, total_batch_size: 4 * 256, eval_every: 3, dry_run: false }
    const configOf = (base_dir: string) => goldenConfig({ ...options, base_dir })
    const [apart, together] = [temporaryFolder(), temporaryFolder()]
    const config = configOf(await newerBase(apart))
    const first = await runJob(goldenTrainJob(apart, config, { stopAfter: 1 }))
    const second = await runJob(goldenTrainJob(apart, config, { resume: true }))
    const whole = await runJob(goldenTrainJob(together, configOf(await newerBase(together))))
    expect(second.last).toMatchObject({ type: 'done', step: 3 })
    const losses = (job: typeof whole) => job.steps.map(({ loss }) => loss)
    expect([...losses(first), ...losses(second)]).toEqual(losses(whole))
    expect(losses(whole)).toHaveLength(3)

    const result = join(apart, 'base', 'mid_checkpoints', 'd2')
    const { step, meta, tensors } = await loadModel(result)
    expect(step).toBe(3)
    expect(meta.model_config).toMatchObject({ variant: '2026-03-14', n_layer: 2 })
    expect(readFileSync(join(result, 'meta_000003.json'), 'utf8')).not.toContain('variant')
    const { tensors: other } = await loadModel(join(together, 'base', 'mid_checkpoints', 'd2'))
    for (const [name, { data }] of tensors) expect(other.get(name)?.data, name).toEqual(data)
    expect(tensors.has('smear_gate.weight')).toBe(true)

    const { locations, threads } = goldenTrainJob(apart, config)
    const job = { config, locations, checkpointDir: result, threads }
    const evaluated = await withGoldenTrainer((trainer) => trainer.call('evaluate', { ...job, batches: 2 }))
    expect(evaluated.loss).toBeGreaterThan(0)
    const logits = await withGoldenTrainer((trainer) => trainer.call('logits', job))
    expect(logits).toMatchObject({ grad_norms: { smear_lambda: expect.any(Number) } })
  },
  COMPILING_MS,
)
