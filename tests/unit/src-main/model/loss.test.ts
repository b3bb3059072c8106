import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { forward } from '../../../../src-main/model/gpt'
import { lossAndGradients, lossPerToken, meanLoss } from '../../../../src-main/model/loss'
import type { Parameters } from '../../../../src-main/model/parameters'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { golden, goldenBatches, goldenParameters, tensorsOf } from '../../../support/golden-model'
import { expectClose, expectNoLeak, valuesOf } from '../../../support/tensors'

let params: Parameters
let inputs: tf.Tensor2D
let targets: tf.Tensor2D

beforeAll(async () => {
  await loadTensorflow()
  params = await goldenParameters()
  const [batch] = await goldenBatches('train', 1)
  if (batch === undefined) throw new Error('no golden batch')
  ;({ inputs, targets } = tensorsOf(batch))
})

describe('on the golden batch', () => {
  it("gives the reference's loss for every token", () => {
    const losses = valuesOf(lossPerToken(params, golden.config, inputs, targets))
    expectClose(losses.slice(0, 32), golden.loss_per_token_head, { atol: 1e-5, rtol: 0 })
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    expect(Math.abs(mean - golden.loss_mean)).toBeLessThan(1e-5)
  })

  it("gives the reference's mean loss and gradient norms", () => {
    const { loss, gradients } = lossAndGradients(params, golden.config, inputs, targets)
    expectClose(loss, [golden.loss_mean])
    expect([...gradients.keys()]).toEqual(Object.keys(golden.grad_norms))
    const norms = [...gradients.values()].map((gradient) => valuesOf(tf.norm(gradient))[0] ?? NaN)
    expectClose(norms, Object.values(golden.grad_norms), { atol: 0, rtol: 1e-5 })
  })
})

describe('lossAndGradients', () => {
  it('gives the slope of the loss along the parameters', () => {
    const { gradients } = lossAndGradients(params, golden.config, inputs, targets)
    for (const [name, gradient] of gradients) {
      if (name.startsWith('transformer.h.0')) continue // a layer of each kind is enough
      const parameter = params.get(name) ?? gradient
      const direction = tf.div(gradient, tf.norm(gradient))
      const size = 3e-3 * (valuesOf(tf.norm(parameter))[0] ?? 1)
      const at = (by: number) => {
        const moved = new Map(params).set(name, tf.add(parameter, tf.mul(direction, by)))
        const losses = lossPerToken(moved, golden.config, inputs, targets)
        return valuesOf(losses).reduce((sum, loss) => sum + loss, 0) / losses.size // in double precision
      }
      const slope = (at(size) - at(-size)) / (2 * size)
      const norm = valuesOf(tf.norm(gradient))[0] ?? NaN
      expect(Math.abs(slope / norm - 1)).toBeLessThan(0.05)
    }
  })

  it('leaves out ignored targets', () => {
    const ids = targets.dataSync().map((id, i) => (i % 3 === 0 ? -1 : id))
    const some = tf.tensor2d(ids, [4, 256], 'int32')
    const losses = valuesOf(lossPerToken(params, golden.config, inputs, some))
    const all = valuesOf(lossPerToken(params, golden.config, inputs, targets))
    expectClose(losses, all.map((loss, i) => (i % 3 === 0 ? 0 : loss))) // prettier-ignore
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.filter((loss) => loss !== 0).length
    expectClose(meanLoss(params, golden.config, inputs, some), [mean])
    const { loss, losses: own } = lossAndGradients(params, golden.config, inputs, some)
    expectClose(loss, [mean])
    expectClose(valuesOf(own).filter((_, i) => i % 3 !== 0), losses.filter((_, i) => i % 3 !== 0)) // prettier-ignore
  })

  it('is the gradient that tfjs finds through the logits', () => {
    const rows = inputs.slice([0, 0], [1, 64])
    const next = targets.slice([0, 0], [1, 64])
    const { gradients } = lossAndGradients(params, golden.config, rows, next)
    const names = [...params.keys()]
    const plain = tf.grads((...tensors) => {
      const named = new Map(names.map((name, i) => [name, tensors[i] ?? tf.scalar(0)]))
      const logits = forward(named, golden.config, rows).as2D(64, golden.config.vocab_size)
      const oneHot = tf.oneHot(next.as1D(), golden.config.vocab_size)
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), -1)))
    })([...params.values()])
    names.forEach((name, i) => {
      const [gradient, expected] = [gradients.get(name), plain[i]]
      if (gradient === undefined || expected === undefined) throw new Error(`no gradient of ${name}`)
      const distance = valuesOf(tf.div(tf.norm(tf.sub(gradient, expected)), tf.norm(expected)))[0]
      expect(distance).toBeLessThan(1e-5)
    })
  })

  it('leaks nothing', () => {
    expectNoLeak(() => lossPerToken(params, golden.config, inputs, targets))
    expectNoLeak(() => meanLoss(params, golden.config, inputs, targets))
    expectNoLeak(() => {
      const { loss, losses, gradients } = lossAndGradients(params, golden.config, inputs, targets)
      return [loss, losses, ...gradients.values()]
    })
  })
})
