import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { modelConfig } from '../../../../../src-main/model/config.schema'
import { flopsPerToken, parameterCount } from '../../../../../src-main/model/flops'
import { lossAndGradients, lossPerToken } from '../../../../../src-main/model/loss'
import { parameterShapes } from '../../../../../src-main/model/parameters'
import { variantId } from '../../../../../src-main/model/variants/variant.schema'
import { variantOf } from '../../../../../src-main/model/variants/variant'
import { windowSizes } from '../../../../../src-main/model/windows'
import { loadTensorflow } from '../../../../../src-main/native/tensorflow'
import { parameterGroups } from '../../../../../src-main/optimizers/optimizers'
import { initOptimizer, updateOptimizer } from '../../../../../src-main/optimizers/optimizer'
import { readGolden } from '../../../../support/golden'
import { expectClose, expectNoLeak, valuesOf } from '../../../../support/tensors'

const cases = readGolden(
  'variants.json',
  z.array(
    z.object({
      variant: variantId,
      config: modelConfig,
      names: z.array(z.string()),
      shapes: z.record(z.string(), z.array(z.number())),
      loss: z.number(),
      loss_per_token: z.array(z.number()),
      grad_norms: z.record(z.string(), z.number()),
      flops_per_token: z.number(),
      num_params: z.number(),
    }),
  ),
)

beforeAll(async () => {
  await loadTensorflow()
})

/** The numbers that tests/golden/make-variants.py gives the k-th parameter. */
function filled(name: string, shape: number[], k: number): tf.Tensor {
  const isTable = name.includes('wte') || name.includes('value_embeds')
  const scale = shape.length === 2 && !isTable ? 0.3 : 1
  const size = shape.reduce((product, length) => product * length, 1)
  const values = Float32Array.from({ length: size }, (_, i) => {
    const value = ((((i * 7919 + k * 104729) % 2003) - 1001) / 1001) * scale
    return name === 'resid_lambdas' ? value * 0.1 + 1 : value
  })
  return tf.tensor(values, shape)
}

function batch() {
  const ids = (factor: number) => Int32Array.from({ length: 560 }, (_, i) => (i * factor) % 100)
  const targets = ids(53)
  targets[5] = -1
  return { inputs: tf.tensor2d(ids(37), [2, 280], 'int32'), targets: tf.tensor2d(targets, [2, 280], 'int32') }
}

describe.each(cases)('the form of $variant', (golden) => {
  const config = { ...golden.config, variant: golden.variant }
  const parameters = () =>
    new Map([...parameterShapes(config)].map(([name, shape], k) => [name, filled(name, shape, k)]))

  it('has the parameters, in order, and the size that upstream counts', () => {
    expect([...parameterShapes(config).keys()]).toEqual(golden.names)
    expect(Object.fromEntries(parameterShapes(config))).toEqual(golden.shapes)
    expect(parameterCount(config)).toBe(golden.num_params)
    expect(flopsPerToken(config)).toBe(golden.flops_per_token)
  })

  it("gives upstream's losses and gradients", () => {
    const { inputs, targets } = batch()
    const losses = valuesOf(lossPerToken(parameters(), config, inputs, targets))
    expectClose(losses.filter((_, i) => i % 20 === 0), golden.loss_per_token, { atol: 1e-4, rtol: 0 }) // prettier-ignore
    const { loss, gradients } = lossAndGradients(parameters(), config, inputs, targets)
    expectClose(loss, [golden.loss], { atol: 1e-5 })
    for (const [name, norm] of Object.entries(golden.grad_norms)) {
      const ours = valuesOf(tf.norm(gradients.get(name) ?? tf.scalar(NaN)))[0] ?? NaN
      expect(Math.abs(ours / norm - 1), name).toBeLessThan(1e-4)
    }
  })

  it('is trained: every parameter belongs to an optimizer, and the loss falls', () => {
    const { inputs, targets } = batch()
    const rates = {
      embedding_lr: 0.2,
      unembedding_lr: 0.004,
      matrix_lr: 0.02,
      weight_decay: 0,
      init_lr_frac: 0.1,
    }
    const groups = parameterGroups(parameterShapes(config), config.n_embd, rates)
    let [params, state] = [parameters(), new Map<string, tf.Tensor>()]
    state = initOptimizer(groups, params)
    const losses: number[] = []
    for (let step = 0; step < 4; step++) {
      const { loss, gradients } = lossAndGradients(params, config, inputs, targets)
      losses.push(valuesOf(loss)[0] ?? NaN)
      ;({ params, state } = updateOptimizer(groups, params, gradients, state, {
        lrMultiplier: 1,
        momentum: 0.85,
      }))
    }
    expect(losses[3]).toBeLessThan((losses[0] ?? NaN) - 0.1)
  })

  it('leaks nothing', () => {
    const { inputs, targets } = batch()
    const params = parameters()
    expectNoLeak(() => {
      const { loss, losses, gradients } = lossAndGradients(params, config, inputs, targets)
      return [loss, losses, ...gradients.values()]
    })
  })
})

describe('windows of the later forms', () => {
  const [{ config } = { config: undefined }] = cases
  if (config === undefined) throw new Error('no golden config')

  it('are a third and a quarter of the context, in whole tiles of 128', () => {
    const windows = (variant?: z.infer<typeof variantId>) =>
      windowSizes({ ...config, sequence_len: 2048, variant })
    expect(windows()).toEqual([1024, 1024, 2048, 2048])
    expect(windows('2026-01-16')).toEqual([1024, 1024, 2048, 2048])
    expect(windows('2026-03-09')).toEqual([768, 768, 2048, 2048])
    expect(windows('2026-03-14')).toEqual([512, 512, 2048, 2048])
  })
})

it('says what cannot be told', () => {
  expect(variantOf({ variant: '2026-01-16' }).note).toMatch(/20/)
  expect(variantOf({}).note).toBeUndefined()
})
