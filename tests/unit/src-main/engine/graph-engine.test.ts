/** The graph engine on the golden mixture and base model: beside the eager engine, in bfloat16, twice. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'

import { DEFAULTS } from '../../../../src-main/config/config.schema'
import { loadModel } from '../../../../src-main/checkpoint/nanochat-files'
import { EagerEngine } from '../../../../src-main/engine/eager-engine'
import { GraphEngine } from '../../../../src-main/engine/graph-engine'
import { buildStepGraph } from '../../../../src-main/engine/graph/step-graph'
import type { EngineState, StepEngine } from '../../../../src-main/engine/step-engine'
import { modelConfig, type ModelConfig } from '../../../../src-main/model/config.schema'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { loadTensorflow, type Tensorflow } from '../../../../src-main/native/tensorflow'
import type { ParameterGroup } from '../../../../src-main/optimizers/groups'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { lrMultiplier, muonMomentum } from '../../../../src-main/optimizers/schedules'
import type { PackedBatch } from '../../../../src-main/packing/types'
import { goldenPath } from '../../../support/golden'
import { golden, goldenBatches } from '../../../support/golden-model'

const STEPS = 30
/** Graphs are compiled, on a machine that may be busy. */
const COMPILING_MS = 300_000

let tensorflow: Tensorflow
let model: ModelConfig
let start: EngineState
let batches: PackedBatch[]

beforeAll(async () => {
  tensorflow = await loadTensorflow()
  const { meta, tensors } = await loadModel(goldenPath('nanochat_base/base_checkpoints/d3'))
  model = meta.model_config
  start = { parameters: tensors, optimizer: new Map() }
  batches = await goldenBatches('train', STEPS)
})

/** The reference's rates. */
function groupsOf(config: ModelConfig): ParameterGroup[] {
  return parameterGroups(parameterShapes(config), config.n_embd, {
    embedding_lr: 0.2,
    unembedding_lr: 0.004,
    matrix_lr: 0.02,
    weight_decay: 0,
    init_lr_frac: 1,
  })
}

const DTYPES = ['float32', 'bfloat16'] as const
type Dtype = (typeof DTYPES)[number]

interface Trained {
  losses: number[]
  norms: number[]
}

/** Loss and gradient norm of each step from the base model on, with the schedules of a run of 40 steps. */
async function trainedBy(engine: StepEngine): Promise<Trained> {
  await engine.importState(start)
  const trained: Trained = { losses: [], norms: [] }
  for (const [step, batch] of batches.entries()) {
    const settings = {
      lrMultiplier: lrMultiplier((step + 1) / 40, DEFAULTS.mid),
      momentum: muonMomentum(step),
    }
    const { losses, measured } = await engine.step([batch], settings)
    trained.losses.push(...losses)
    trained.norms.push(measured.grad_norm ?? NaN)
  }
  engine.dispose()
  return trained
}

function trainedByGraph(dtype: Dtype): Promise<Trained> {
  return trainedBy(new GraphEngine(tensorflow, { model, groups: groupsOf(model), dtype }))
}

const known = new Map<Dtype, Promise<Trained>>()

/** What one graph engine gives, which all tests look at: opening an engine takes seconds. */
function firstTrained(dtype: Dtype): Promise<Trained> {
  const trained = known.get(dtype) ?? trainedByGraph(dtype)
  known.set(dtype, trained)
  return trained
}

/** Of the reference's gradients on the first batch, all together. */
const goldenNorm = Math.hypot(...Object.values(golden.grad_norms))

function firstNormOff({ norms }: Trained): number {
  return Math.abs((norms[0] ?? NaN) / goldenNorm - 1)
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length)
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))))
}

describe('on the golden mixture and base model', () => {
  test(
    'every loss is the eager engine’s to 1e-5 in float32, within 0.03 of it in bfloat16; gradient norms are the reference’s',
    async () => {
      const eager = await trainedBy(new EagerEngine(model, groupsOf(model)))
      expect(eager.losses).toHaveLength(STEPS)
      expect(eager.losses.at(-1)).toBeLessThan((eager.losses[0] ?? 0) - 3)
      expect(firstNormOff(eager)).toBeLessThan(1e-5)
      const single = await firstTrained('float32')
      expect(largestDifference(single.losses, eager.losses)).toBeLessThan(1e-5)
      expect(firstNormOff(single)).toBeLessThan(1e-5)
      expect(largestDifference(single.norms, eager.norms)).toBeLessThan(1e-4)
      const half = await firstTrained('bfloat16')
      expect(largestDifference(half.losses, single.losses)).toBeLessThan(0.03)
      expect(firstNormOff(half)).toBeLessThan(0.01)
      expect(half).not.toEqual(single)
    },
    COMPILING_MS,
  )

  test.each(DTYPES)(
    'twice the same bits in %s',
    async (dtype) => {
      expect(await trainedByGraph(dtype)).toEqual(await firstTrained(dtype))
    },
    COMPILING_MS,
  )
})

test('recording a step of nanochat’s d12 takes under 2 s, and next to no memory', () => {
  const d12 = modelConfig.parse({
    sequence_len: 2048,
    vocab_size: 65_536,
    n_layer: 12,
    n_head: 6,
    n_kv_head: 6,
    n_embd: 768,
    window_pattern: 'SSSL',
  })
  const record = (): number => {
    const options = { model: d12, groups: groupsOf(d12), batchSize: 1, seqLen: 2048 }
    return buildStepGraph({ ...options, dtype: 'bfloat16' }).nodes.length
  }
  tensorflow.memory.resetPeak()
  const held = tensorflow.memory.usage().bytes
  const tensors = tf.memory().numTensors
  const heap = process.memoryUsage().heapUsed
  const before = process.cpuUsage()
  expect(record()).toBeGreaterThan(5000)
  const { user, system } = process.cpuUsage(before) // what else the machine does takes no part in it
  expect(user + system).toBeLessThan(2e6)
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(200e6)
  expect(tensorflow.memory.usage().peakBytes).toBe(held)
  expect(tf.memory().numTensors).toBe(tensors)
})
