import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { updateAdamW } from '../../../../src-main/optimizers/adamw'
import { initOptimizer } from '../../../../src-main/optimizers/optimizer'
import type { AdamWGroup } from '../../../../src-main/optimizers/groups'
import type { Changing, Updated } from '../../../../src-main/optimizers/state'
import { failureOf } from '../../../support/failure'
import { expectClose, expectNoLeak, valuesOf } from '../../../support/tensors'

const group: AdamWGroup = {
  kind: 'adamw',
  label: 'sample',
  names: ['w'],
  lr: 0.1,
  betas: [0.8, 0.95],
  eps: 1e-10,
  weightDecay: 0,
}

/** Gradients of four steps; the last element never has one, as a row of an embedding that does not occur. */
const gradients = [[1, -2, 0], [0.5, 3, 0], [-0.25, 1e-3, 0], [0, 0, 0]] // prettier-ignore

beforeAll(async () => {
  await loadTensorflow()
})

/** The textbook's form in double precision (arXiv 1711.05101, algorithm 2). */
function textbook(
  start: number[],
  { lr, betas: [beta1, beta2], eps, weightDecay }: AdamWGroup,
  multiplier: number,
) {
  const w = [...start]
  const [m, v] = [start.map(() => 0), start.map(() => 0)]
  gradients.forEach((gradient, step) => {
    gradient.forEach((g, i) => {
      m[i] = beta1 * (m[i] ?? 0) + (1 - beta1) * g
      v[i] = beta2 * (v[i] ?? 0) + (1 - beta2) * g * g
      const mean = m[i] / (1 - beta1 ** (step + 1))
      const deviation = Math.sqrt(v[i] / (1 - beta2 ** (step + 1)))
      w[i] = (w[i] ?? 0) * (1 - lr * multiplier * weightDecay) - (lr * multiplier * mean) / (deviation + eps)
    })
  })
  return { w, m, v }
}

function run(start: number[], of: AdamWGroup, lrMultiplier: Changing): Updated {
  let params: Updated['params'] = new Map([['w', tf.tensor1d(start)]])
  let state: Updated['state'] = initOptimizer([of], params)
  for (const gradient of gradients) {
    ;({ params, state } = updateAdamW([of], params, new Map([['w', tf.tensor1d(gradient)]]), state, {
      lrMultiplier,
    }))
  }
  return { params, state }
}

function entry({ params, state }: Updated, name: string): tf.Tensor {
  return params.get(name) ?? state.get(name) ?? tf.scalar(NaN)
}

describe('updateAdamW', () => {
  it.each([0, 0.1])("is the textbook's step after step, weight decay %f", (weightDecay) => {
    const start = [1, -1, 0.5]
    const updated = run(start, { ...group, weightDecay }, 0.7)
    const expected = textbook(start, { ...group, weightDecay }, 0.7)
    expectClose(entry(updated, 'w'), expected.w)
    expectClose(entry(updated, 'w.exp_avg'), expected.m)
    expectClose(entry(updated, 'w.exp_avg_sq'), expected.v)
    expect(valuesOf(entry(updated, 'w.step'))).toEqual([4])
  })

  it('leaves alone what has no gradient', () => {
    expect(valuesOf(entry(run([1, -1, 0.5], group, 1), 'w'))[2]).toBe(0.5)
  })

  it('takes the multiplier as a tensor as well', () => {
    const [number, tensor] = [0.7, tf.scalar(0.7)].map((lr) =>
      valuesOf(entry(run([1, 2, 3], group, lr), 'w')),
    )
    expect(tensor).toEqual(number)
  })

  it('leaves its inputs as they are, and makes no other tensors than it returns', () => {
    const params = new Map([['w', tf.tensor1d([1, 2, 3])]])
    const state = initOptimizer([group], params)
    const gradient = new Map([['w', tf.tensor1d([1, 1, 1])]])
    expectNoLeak(() => {
      const updated = updateAdamW([group], params, gradient, state, { lrMultiplier: 1 })
      return [...updated.params.values(), ...updated.state.values()]
    })
    expect(valuesOf(entry({ params, state }, 'w'))).toEqual([1, 2, 3])
    expect(valuesOf(entry({ params, state }, 'w.step'))).toEqual([0])
  })

  it('names the gradient that is missing', async () => {
    const params = new Map([['w', tf.tensor1d([1])]])
    const update = () =>
      updateAdamW([group], params, new Map(), initOptimizer([group], params), { lrMultiplier: 1 })
    expect(await failureOf(update)).toMatchObject({
      code: 'optimizer.missing',
      message: 'The optimizer needs the gradient w, which is missing.',
    })
  })
})
