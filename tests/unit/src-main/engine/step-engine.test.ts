import * as tf from '@tensorflow/tfjs-core'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { EagerEngine } from '../../../../src-main/engine/eager-engine'
import { GraphEngine } from '../../../../src-main/engine/graph-engine'
import type { EngineState, StepEngine, TokenBatch } from '../../../../src-main/engine/step-engine'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { loadTensorflow, type Tensorflow } from '../../../../src-main/native/tensorflow'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'

/** Graphs are compiled, on a machine that may be busy. */
const COMPILING_MS = 300_000
const SETTINGS = { lrMultiplier: 1, momentum: 0.85 }
const GROUPS = parameterGroups(parameterShapes(tinyConfig), tinyConfig.n_embd, {
  embedding_lr: 0.2,
  unembedding_lr: 0.004,
  matrix_lr: 0.02,
  weight_decay: 0,
  init_lr_frac: 1,
})

let tensorflow: Tensorflow

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

/** @param taskCount tasks whose losses its steps tell */
type Open = (taskCount?: number) => StepEngine

function openGraph(dtype: 'float32' | 'bfloat16', taskCount: number): StepEngine {
  return new GraphEngine(tensorflow, { model: tinyConfig, groups: GROUPS, dtype, taskCount })
}

const ENGINES: [name: string, open: Open][] = [
  ['eager', (taskCount = 0) => new EagerEngine(tinyConfig, GROUPS, { taskCount })],
  ['graph', (taskCount = 0) => openGraph('float32', taskCount)],
  ['graph in bfloat16', (taskCount = 0) => openGraph('bfloat16', taskCount)],
]

/** [2, 16], the next of a counted sequence as target */
function batch(seed: number): TokenBatch {
  const ids = Int32Array.from({ length: 33 }, (_, i) => (i * 7 + seed * 13) % tinyConfig.vocab_size)
  return { batchSize: 2, seqLen: 16, inputs: ids.slice(0, 32), targets: ids.slice(1) }
}

/** The elements of all gradients of the first step: the averages of gradients began at zero. */
function firstGradients(optimizer: EngineState['optimizer']): number[] {
  const shares: [suffix: string, share: number][] = [
    ['.exp_avg', 1 - 0.8],
    ['.momentum_buffer', 1 - SETTINGS.momentum],
  ]
  return [...optimizer].flatMap(([name, { data }]) => {
    const share = shares.find(([suffix]) => name.endsWith(suffix))?.[1]
    return share === undefined ? [] : [...data].map((value) => value / share)
  })
}

function bitsOf(state: EngineState): object {
  const entries = (arrays: EngineState['parameters']) =>
    [...arrays].map(([name, { shape, data }]) => [
      name,
      shape,
      createHash('sha256').update(data).digest('hex'),
    ])
  return { parameters: entries(state.parameters), optimizer: entries(state.optimizer) }
}

describe.each(ENGINES)('%s', { timeout: COMPILING_MS }, (name, open) => {
  /** Sums in another order round otherwise: of a bfloat16 product, in its third digit. */
  const digits = name.endsWith('bfloat16') ? 2 : 5

  /** Engines that no test has in hand, compiled for [2, 16], by their number of tasks: to compile one takes seconds. */
  const idle = new Map<number, StepEngine[]>()

  /** Puts an engine into its first state. */
  async function begin(engine: StepEngine): Promise<StepEngine> {
    await engine.importState({ parameters: tinyCheckpoint(1).model, optimizer: new Map() })
    return engine
  }

  /** An engine in its first state, lent until the test ends; it must be left with batches of [2, 16]. */
  function freshEngine(taskCount = 0): Promise<StepEngine> {
    const engine = idle.get(taskCount)?.pop() ?? open(taskCount)
    onTestFinished(() => void idle.set(taskCount, [...(idle.get(taskCount) ?? []), engine]))
    return begin(engine)
  }

  afterAll(() => {
    for (const engine of [...idle.values()].flat()) engine.dispose()
  })

  test('steps lower the loss of what they are trained on', async () => {
    const engine = await freshEngine()
    const losses: number[] = []
    for (let i = 0; i < 8; i++) losses.push(...(await engine.step([batch(0)], SETTINGS)).losses)
    expect(losses[0]).toBeGreaterThan(3.5)
    expect(losses[7]).toBeLessThan(0.7 * (losses[0] ?? 0))
  })

  test('micro-batches give the step that their mean gradient gives', async () => {
    const [apart, together] = [await freshEngine(), await begin(open())]
    const [a, b] = [batch(0), batch(1)]
    const both: TokenBatch = {
      batchSize: 4,
      seqLen: 16,
      inputs: Int32Array.of(...a.inputs, ...b.inputs),
      targets: Int32Array.of(...a.targets, ...b.targets),
    }
    const { losses } = await apart.step([a, b], SETTINGS)
    const whole = await together.step([both], SETTINGS)
    expect(losses).toHaveLength(2)
    expect(((losses[0] ?? 0) + (losses[1] ?? 0)) / 2).toBeCloseTo(whole.losses[0] ?? 0, digits)
    const momentumOf = async (engine: StepEngine): Promise<Float32Array> => {
      const { optimizer } = await engine.exportState()
      return optimizer.get('transformer.h.0.mlp.c_fc.weight.momentum_buffer')?.data ?? new Float32Array()
    }
    const [first, second] = [await momentumOf(apart), await momentumOf(together)]
    expect(first.length).toBeGreaterThan(0)
    const difference = first.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (second[i] ?? NaN))),
      0,
    )
    expect(difference).toBeLessThan(10 ** -digits / 10)
    together.dispose()
  })

  test('the gradient norm is that of the gradient that the optimizers get', async () => {
    const engine = await freshEngine()
    const { measured } = await engine.step([batch(0), batch(1)], SETTINGS)
    const norm = Math.hypot(...firstGradients((await engine.exportState()).optimizer))
    expect(norm).toBeGreaterThan(0.1)
    expect((measured.grad_norm ?? NaN) / norm).toBeCloseTo(1, 5)
  })

  test('an exported state goes on with the same bits', async () => {
    const engine = await freshEngine()
    await engine.step([batch(0)], SETTINGS)
    const copy = await freshEngine()
    await copy.importState(await engine.exportState())
    const settings = { lrMultiplier: 0.5, momentum: 0.9 }
    expect(await copy.step([batch(1)], settings)).toEqual(await engine.step([batch(1)], settings))
    expect(bitsOf(await copy.exportState())).toEqual(bitsOf(await engine.exportState()))
  })

  test('micro-batches weigh the same whatever they hold, and one without a target weighs nothing', async () => {
    const whole = batch(0)
    const some: TokenBatch = { ...batch(1), targets: batch(1).targets.map((id, i) => (i % 5 ? -1 : id)) }
    const none: TokenBatch = { ...batch(2), targets: batch(2).targets.map(() => -1) }
    const engine = await freshEngine()
    const after = async (batches: TokenBatch[]) => {
      await engine.importState({ parameters: tinyCheckpoint(1).model, optimizer: new Map() })
      const { losses, measured } = await engine.step(batches, SETTINGS)
      const { optimizer } = await engine.exportState()
      return { losses, norm: measured.grad_norm, gradients: firstGradients(optimizer) }
    }
    const [a, b, all] = [await after([whole]), await after([some]), await after([whole, none, some])]
    expect(all.losses).toEqual([a.losses[0], 0, b.losses[0]])
    const apart = all.gradients.map((value, i) =>
      Math.abs(value - ((a.gradients[i] ?? NaN) + (b.gradients[i] ?? NaN)) / 3),
    )
    expect(Math.max(...apart)).toBeLessThan(1e-6)
    const empty = await after([none, none])
    expect([empty.losses, empty.norm]).toEqual([[0, 0], 0])
    expect(empty.gradients.every((value) => value === 0)).toBe(true)
  })

  test('the sums by task are those of the targets’ own losses, and change no bit of the step', async () => {
    const [plain, telling] = [await freshEngine(), await freshEngine(3)]
    const tasks = Int32Array.from({ length: 32 }, (_, i) => (i < 7 ? -1 : i % 2 === 0 ? 0 : 2))
    const targets = batch(1).targets.map((id, i) => (i % 4 === 1 ? -1 : id))
    const batches: TokenBatch[] = [
      { ...batch(0), tasks },
      { ...batch(1), targets, tasks },
    ]
    const expected = [0, 1, 2].map(() => ({ nats: 0, targets: 0 }))
    for (const each of batches) {
      const losses = await plain.evaluate(each)
      tasks.forEach((task, i) => {
        const sum = expected[task]
        if (sum === undefined || (each.targets[i] ?? -1) < 0) return
        sum.nats += losses[i] ?? NaN
        sum.targets += 1
      })
    }
    for (let step = 0; step < 3; step++) {
      const [told, not] = [await telling.step(batches, SETTINGS), await plain.step(batches, SETTINGS)]
      expect({ ...told, byTask: [] }).toEqual(not)
      if (step > 0) continue
      expect(told.byTask.map((sum) => sum.targets)).toEqual(expected.map((sum) => sum.targets))
      told.byTask.forEach(({ nats }, task) => {
        expect(nats).toBeCloseTo(expected[task]?.nats ?? NaN, digits - 1)
      })
      expect(told.byTask[1]).toEqual({ nats: 0, targets: 0 })
    }
    expect(bitsOf(await telling.exportState())).toEqual(bitsOf(await plain.exportState()))
    // Batches whose tasks are not told have none.
    expect((await telling.step([batch(2)], SETTINGS)).byTask).toEqual(
      [0, 1, 2].map(() => ({ nats: 0, targets: 0 })),
    )
  })

  test('an evaluation changes nothing, and its mean is the loss of the next step', async () => {
    const engine = await freshEngine()
    const before = bitsOf(await engine.exportState())
    const losses = await engine.evaluate(batch(3))
    expect(bitsOf(await engine.exportState())).toEqual(before)
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    const { losses: stepLosses } = await engine.step([batch(3)], SETTINGS)
    expect(mean).toBeCloseTo(stepLosses[0] ?? 0, digits)
  })

  test('a step that fails leaves the state as it was', async () => {
    const engine = await freshEngine()
    await engine.step([batch(0)], SETTINGS)
    const before = bitsOf(await engine.exportState())
    const wrong: TokenBatch = { ...batch(1), seqLen: 17 } // 32 ids are not [2, 17]
    await expect(engine.step([batch(1), wrong], SETTINGS)).rejects.toThrow()
    expect(bitsOf(await engine.exportState())).toEqual(before)
  })

  test('nothing leaks: not from steps, evaluations, failures or the end', async () => {
    const atFirst = tf.memory().numTensors
    const engine = await begin(open(2))
    const tasks = new Int32Array(32)
    await engine.step([batch(0), batch(1)], SETTINGS)
    const held = tf.memory().numTensors
    await engine.step([{ ...batch(0), tasks }, batch(1)], SETTINGS)
    await engine.evaluate(batch(2))
    await engine.step([batch(0), { ...batch(1), seqLen: 17 }], SETTINGS).catch(() => undefined)
    expect(tf.memory().numTensors).toBe(held)
    engine.dispose()
    expect(tf.memory().numTensors).toBe(atFirst)
  })

  test('batches of another shape go on from the same state', async () => {
    const [engine, other] = [await freshEngine(), await freshEngine()]
    await engine.step([batch(0)], SETTINGS)
    await other.step([batch(0)], SETTINGS)
    const { inputs, targets } = batch(1)
    const short: TokenBatch = {
      batchSize: 1,
      seqLen: 8,
      inputs: inputs.slice(0, 8),
      targets: targets.slice(0, 8),
    }
    expect(await engine.evaluate(short)).toHaveLength(8)
    expect(await engine.step([batch(1)], SETTINGS)).toEqual(await other.step([batch(1)], SETTINGS))
    expect(bitsOf(await engine.exportState())).toEqual(bitsOf(await other.exportState()))
  })

  test('a step without batches, or of two shapes, is refused', async () => {
    const engine = await freshEngine()
    const { inputs, targets } = batch(1)
    const wide: TokenBatch = { batchSize: 1, seqLen: 32, inputs, targets }
    await engine.step([batch(0)], SETTINGS)
    const before = bitsOf(await engine.exportState())
    await expect(engine.step([], SETTINGS)).rejects.toMatchObject({ code: 'engine.batches' })
    await expect(engine.step([batch(0), wide], SETTINGS)).rejects.toMatchObject({ code: 'engine.batches' })
    expect(bitsOf(await engine.exportState())).toEqual(before)
  })
})
