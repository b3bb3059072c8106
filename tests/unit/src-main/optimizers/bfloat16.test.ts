import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

import { roundToBfloat16 } from '../../../../src-main/model/bfloat16'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { rounding } from '../../../../src-main/optimizers/bfloat16'
import { expectNoLeak, randomTensor, valuesOf } from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

describe('rounding', () => {
  it('rounds as bfloat16 does, to one of the neighbours where both are as near', () => {
    const size = 2 ** 100
    const values = fc.array(fc.float({ noNaN: true, min: -size, max: size }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(values, (numbers) => {
        const usual = numbers.filter((value) => value === 0 || Math.abs(value) > 2 ** -100) // no subnormal numbers
        if (usual.length === 0) return
        valuesOf(rounding('bfloat16')(tf.tensor1d(usual))).forEach((rounded, i) => {
          const value = usual[i] ?? NaN
          expect(roundToBfloat16(rounded)).toBe(rounded)
          expect(Math.abs(rounded - value)).toBe(Math.abs(roundToBfloat16(value) - value))
        })
      }),
    )
  })

  it('leaves float32 alone', () => {
    const x = randomTensor([3])
    expect(rounding('float32')(x)).toBe(x)
  })

  it('leaks nothing', () => {
    const x = randomTensor([3])
    expectNoLeak(() => rounding('bfloat16')(x))
  })
})
