import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { DEFAULTS } from '../../../../src-main/config/config.schema'
import { addLosses, bitsPerByte, emptySums } from '../../../../src-main/engine/evaluate'
import { lossAndGradients, lossPerToken } from '../../../../src-main/model/loss'
import { parameterShapes, type Parameters } from '../../../../src-main/model/parameters'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import type { Precision } from '../../../../src-main/optimizers/bfloat16'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { initOptimizer, updateOptimizer } from '../../../../src-main/optimizers/optimizer'
import { lrMultiplier, muonMomentum } from '../../../../src-main/optimizers/schedules'
import type { NamedTensors } from '../../../../src-main/optimizers/state'
import type { PackedBatch } from '../../../../src-main/packing/types'
import {
  golden,
  goldenBatches,
  goldenParameters,
  goldenTokenBytes,
  tensorsOf,
  type GoldenRun,
} from '../../../support/golden-model'
import { expectNoLeak, valuesOf } from '../../../support/tensors'

let train: PackedBatch[]
let val: PackedBatch[]

beforeAll(async () => {
  await loadTensorflow()
  train = await goldenBatches('train', 30)
  val = await goldenBatches('val', 5)
})

function groupsOf(run: Pick<GoldenRun, 'weight_decay' | 'init_lr_frac'>) {
  const rates = { embedding_lr: 0.2, unembedding_lr: 0.004, matrix_lr: 0.02, ...run }
  return parameterGroups(parameterShapes(golden.config), golden.config.n_embd, rates)
}

function gradientsOn(params: Parameters, batch: PackedBatch) {
  const { inputs, targets } = tensorsOf(batch)
  const result = lossAndGradients(params, golden.config, inputs, targets)
  tf.dispose([inputs, targets])
  return result
}

/** Trains as a golden run did: the last micro-batch's loss of every step, and the parameters at the end. */
async function trained(run: GoldenRun, precision: Precision) {
  const groups = groupsOf(run)
  let params: NamedTensors = await goldenParameters()
  let state: NamedTensors = initOptimizer(groups, params)
  const losses: number[] = []
  for (let step = 0; step < run.steps; step++) {
    const start = params
    const micro = train
      .slice(step * run.grad_accum, (step + 1) * run.grad_accum)
      .map((batch) => gradientsOn(start, batch))
    losses.push(micro.map(({ loss }) => valuesOf(loss)[0] ?? NaN).at(-1) ?? NaN)
    const gradients = meanOf(micro.map((part) => part.gradients))
    const settings = {
      lrMultiplier: lrMultiplier((step + 1) / run.progress_total_steps, DEFAULTS.mid),
      momentum: muonMomentum(step),
    }
    const next = updateOptimizer(groups, params, gradients, state, settings, { orthogonalisation: precision })
    tf.dispose([
      ...params.values(),
      ...state.values(),
      ...gradients.values(),
      ...micro.map(({ loss }) => loss),
    ])
    ;({ params, state } = next)
  }
  return { losses, params }
}

function meanOf(parts: NamedTensors[]): NamedTensors {
  const names = [...(parts[0]?.keys() ?? [])]
  const sums = names.map((name): [string, tf.Tensor] => {
    const tensors = parts.flatMap((part) => part.get(name) ?? [])
    return [name, tf.tidy(() => tf.div(tf.addN(tensors), parts.length))]
  })
  for (const part of parts) tf.dispose([...part.values()])
  return new Map(sums)
}

function bpbOf(params: Parameters): number {
  const sums = val.reduce((sum, batch) => {
    const { inputs, targets } = tensorsOf(batch)
    const losses = Float32Array.from(valuesOf(lossPerToken(params, golden.config, inputs, targets)))
    return addLosses(sum, losses, batch.targets, goldenTokenBytes)
  }, emptySums)
  return bitsPerByte(sums)
}

describe('the golden runs', () => {
  it('start from the bits per byte of the reference', async () => {
    expect(Math.abs(bpbOf(await goldenParameters()) - golden.val_bpb_5_batches)).toBeLessThan(1e-5)
  })

  // The reference orthogonalises in bfloat16; either precision must stay within the tolerances.
  const cases = golden.runs.flatMap((run) =>
    (['float32', 'bfloat16'] as const).map((precision) => ({ run, precision })),
  )

  it.each(cases)('$run.steps steps of $run.grad_accum batches, $precision', async ({ run, precision }) => {
    const { losses, params } = await trained(run, precision)
    expect(losses).toHaveLength(run.log.length)
    const distances = losses.map((loss, step) => Math.abs(loss - (run.log[step]?.loss_last_micro ?? NaN)))
    expect(Math.max(...distances)).toBeLessThan(0.01)
    expect(Math.abs(bpbOf(params) - run.val_bpb_after_5_batches)).toBeLessThan(0.002)
    for (const [name, norm] of Object.entries(run.param_norms_after)) {
      const ours = valuesOf(tf.norm(params.get(name) ?? tf.scalar(NaN)))[0] ?? NaN
      expect(Math.abs(ours / norm - 1)).toBeLessThan(0.02)
    }
  })
})

describe('updateOptimizer', () => {
  it("gives every parameter and state tensor, in the model's order, and no other", async () => {
    const params = await goldenParameters()
    const groups = groupsOf({ weight_decay: 0, init_lr_frac: 1 })
    const state = initOptimizer(groups, params)
    const [batch] = train
    if (batch === undefined) throw new Error('no golden batch')
    const { gradients } = gradientsOn(params, batch)
    const update = () =>
      updateOptimizer(groups, params, gradients, state, { lrMultiplier: 1, momentum: 0.85 })
    const updated = update()
    expect([...updated.params.keys()]).toEqual([...params.keys()])
    expect([...updated.state.keys()]).toEqual([...state.keys()])
    for (const [name, tensor] of updated.state) expect(tensor.shape).toEqual(state.get(name)?.shape)
    expectNoLeak(() => {
      const again = update()
      return [...again.params.values(), ...again.state.values()]
    })
  })
})
