import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { roundToBfloat16 } from '../../../../src-main/model/bfloat16'
import { rotaryTable, rotate } from '../../../../src-main/model/rotary'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import {
  expectClose,
  expectGradientByDifferences,
  expectNoLeak,
  expectSameWithGradients,
  randomTensor,
  valuesOf,
} from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

/** The two halves, each with its own formula (docs/REFERENCE.md §3). */
function plain(x: tf.Tensor): tf.Tensor {
  const { cos, sin } = rotaryTable(5, 8, 10000)
  const half = (y: tf.Tensor, from: number) => y.slice([...Array<number>(y.rank - 1).fill(0), from], [...y.shape.slice(0, -1), 4]) // prettier-ignore
  const [x1, x2, c, s] = [half(x, 0), half(x, 4), half(cos, 0), half(sin, 0)]
  return tf.concat([tf.add(x1.mul(c), x2.mul(s)), tf.sub(x2.mul(c), x1.mul(s))], -1)
}

describe('rotaryTable', () => {
  it('holds cosines and sines of position over base^(2i / D), rounded to bfloat16', () => {
    const { cos, sin } = rotaryTable(300, 8, 10000)
    const [c, s] = [valuesOf(cos), valuesOf(sin)]
    for (const [position, channel] of [
      [0, 0],
      [1, 0],
      [255, 1],
      [299, 3],
    ] as const) {
      // prettier-ignore
      const angle = position / 10000 ** (channel / 4)
      const at = position * 8 + channel
      expect(Math.abs((c[at] ?? NaN) - roundToBfloat16(Math.cos(angle)))).toBeLessThan(2 ** -8)
      expect(c[at + 4]).toBe(c[at])
      expect(s[at + 4]).toBe(-(s[at] ?? NaN))
      expect(roundToBfloat16(s[at] ?? NaN)).toBe(s[at])
    }
    expect(s[8]).toBe(0.83984375) // sin 1 = 0.84147
    expect(c[8]).toBe(0.5390625) // cos 1 = 0.54030
  })

  it('depends on the base', () => {
    expect(valuesOf(rotaryTable(300, 8, 100000).cos)).not.toEqual(valuesOf(rotaryTable(300, 8, 10000).cos))
  })
})

describe('rotate', () => {
  const ours = (x: tf.Tensor) => rotate(x, rotaryTable(5, 8, 10000))

  it('leaves position 0 as it is', () => {
    const x = randomTensor([2, 5, 8])
    expectClose(ours(x).slice([0, 0, 0], [2, 1, 8]), x.slice([0, 0, 0], [2, 1, 8]))
  })

  it('makes products depend on the distance of positions, up to the rounding', () => {
    const [q, k] = [randomTensor([1, 1, 8]), randomTensor([1, 1, 8], 2)]
    const products = valuesOf(tf.matMul(ours(q.tile([1, 5, 1])), ours(k.tile([1, 5, 1])), false, true))
    expect(Math.abs((products[1] ?? NaN) - (products[7] ?? NaN))).toBeLessThan(0.05) // (0, 1) and (1, 2)
    expect(Math.abs((products[2] ?? NaN) - (products[14] ?? NaN))).toBeLessThan(0.05) // (0, 2) and (2, 4)
  })

  it('agrees with the plain form, gradient included', () => {
    expectSameWithGradients(ours, plain, [randomTensor([2, 5, 8])])
  })

  it('has the gradient that differences show', () => {
    expectGradientByDifferences(ours, [randomTensor([2, 5, 8])])
  })

  it('leaks nothing', () => {
    const x = randomTensor([2, 5, 8])
    expectNoLeak(() => tf.tidy(() => tf.grads(ours)([x])))
  })
})
