import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import type { MuonGroup } from '../../../../src-main/optimizers/groups'
import { updateMuon } from '../../../../src-main/optimizers/muon'
import { initOptimizer } from '../../../../src-main/optimizers/optimizer'
import { reduceVariance } from '../../../../src-main/optimizers/normuon'
import { orthogonalise } from '../../../../src-main/optimizers/polar-express'
import type { NamedTensors } from '../../../../src-main/optimizers/state'
import { expectClose, expectNoLeak, randomTensor, valuesOf } from '../../../support/tensors'

/** Two shapes in one group, as the reference groups by the number of elements. */
const group: MuonGroup = {
  kind: 'muon',
  label: 'sample',
  names: ['a', 'tall', 'b'],
  lr: 0.02,
  beta2: 0.95,
  weightDecay: 0,
  direction: orthogonalise,
}
const shapes: Record<string, [number, number]> = { a: [4, 9], tall: [9, 4], b: [4, 9] }
const settings = { lrMultiplier: 0.5, momentum: 0.9 }

beforeAll(async () => {
  await loadTensorflow()
})

function tensors(seed: number): Map<string, tf.Tensor> {
  return new Map(Object.entries(shapes).map(([name, shape], i) => [name, randomTensor(shape, seed + i)]))
}

function of(map: NamedTensors, name: string): tf.Tensor {
  return map.get(name) ?? tf.scalar(NaN)
}

/** One matrix on its own, momentum first as the textbook has it. */
function plain(
  param: tf.Tensor,
  gradient: tf.Tensor,
  buffer: tf.Tensor,
  average: tf.Tensor,
  weightDecay: number,
) {
  const { momentum, lrMultiplier } = settings
  const [rows = 0, columns = 0] = param.shape
  const next = tf.add(tf.mul(buffer, momentum), tf.mul(gradient, 1 - momentum))
  const nesterov = tf.add(tf.mul(gradient, 1 - momentum), tf.mul(next, momentum))
  const direction = orthogonalise(nesterov.expandDims(0), 'float32')
  const reduced = reduceVariance(direction, average.expandDims(0), group.beta2, (x) => x)
  const update = reduced.update.squeeze([0])
  const lr = group.lr * lrMultiplier * Math.sqrt(Math.max(1, rows / columns))
  const agrees = tf.cast(tf.greaterEqual(tf.mul(update, param), 0), 'float32')
  const change = tf.add(tf.mul(update, lr), tf.mul(tf.mul(param, agrees), lr * weightDecay))
  return { param: tf.sub(param, change), buffer: next, average: reduced.average.squeeze([0]) }
}

describe('updateMuon', () => {
  it.each([0, 0.1])('computes a stack as it would each matrix alone, weight decay %f', (weightDecay) => {
    const [params, first, second] = [tensors(1), tensors(10), tensors(20)]
    const groups = [{ ...group, weightDecay }]
    const once = updateMuon(groups, params, first, initOptimizer(groups, params), settings, 'float32')
    const twice = updateMuon(groups, once.params, second, once.state, settings, 'float32')
    for (const name of group.names) {
      const [rows, columns] = shapes[name] ?? [0, 0]
      const average = tf.zeros(rows >= columns ? [rows, 1] : [1, columns])
      const one = plain(of(params, name), of(first, name), tf.zeros([rows, columns]), average, weightDecay)
      const two = plain(one.param, of(second, name), one.buffer, one.average, weightDecay)
      expectClose(of(twice.params, name), two.param)
      expectClose(of(twice.state, `${name}.momentum_buffer`), two.buffer)
      expectClose(of(twice.state, `${name}.second_momentum_buffer`), two.average)
    }
  })

  it('takes longer steps for tall matrices', () => {
    const params = tensors(1)
    const { params: next } = updateMuon(
      [group],
      params,
      tensors(10),
      initOptimizer([group], params),
      settings,
      'float32',
    )
    const step = (name: string) => valuesOf(tf.norm(tf.sub(of(next, name), of(params, name))))[0] ?? NaN
    expect(step('tall') / step('a')).toBeCloseTo(1.5, 0)
    expect(step('tall')).toBeGreaterThan(1.3 * step('a'))
  })

  it('decays only where step and weight agree in sign', () => {
    const params = tensors(1)
    const step = (weightDecay: number) =>
      updateMuon(
        [{ ...group, weightDecay }],
        params,
        tensors(10),
        initOptimizer([group], params),
        settings,
        'float32',
      ).params
    const [without, decayed] = [step(0), step(0.1)]
    const before = valuesOf(of(params, 'a'))
    const [plainStep, decayedStep] = [valuesOf(of(without, 'a')), valuesOf(of(decayed, 'a'))]
    before.forEach((weight, i) => {
      const shrinks = (weight - (plainStep[i] ?? NaN)) * weight > 0
      const expected = (plainStep[i] ?? NaN) - (shrinks ? 0.02 * 0.5 * 0.1 * weight : 0)
      expect(decayedStep[i]).toBeCloseTo(expected, 6)
    })
  })

  it('is near in bfloat16, and takes its settings as tensors as well', () => {
    const params = tensors(1)
    const state = initOptimizer([group], params)
    const asTensors = { lrMultiplier: tf.scalar(0.5), momentum: tf.scalar(0.9) }
    const exact = updateMuon([group], params, tensors(10), state, settings, 'float32')
    const same = updateMuon([group], params, tensors(10), state, asTensors, 'float32')
    const rounded = updateMuon([group], params, tensors(10), state, settings, 'bfloat16')
    expectClose(of(same.params, 'b'), of(exact.params, 'b'))
    expectClose(of(rounded.params, 'b'), of(exact.params, 'b'), { atol: 1e-3 })
    expect(valuesOf(of(rounded.params, 'b'))).not.toEqual(valuesOf(of(exact.params, 'b')))
  })

  it('makes no other tensors than it returns', () => {
    const [params, gradients] = [tensors(1), tensors(10)]
    const state = initOptimizer([group], params)
    for (const precision of ['float32', 'bfloat16'] as const) {
      expectNoLeak(() => {
        const updated = updateMuon([group], params, gradients, state, settings, precision)
        return [...updated.params.values(), ...updated.state.values()]
      })
    }
  })
})
