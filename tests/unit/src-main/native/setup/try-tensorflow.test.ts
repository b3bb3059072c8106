import { describe, expect, it } from 'vitest'

import { findTensorflow, tensorflowVersion } from '../../../../../src-main/native/installation'
import { tryTensorflow } from '../../../../../src-main/native/setup/try-tensorflow'
import { containing } from '../../../../support/containing'

describe('tryTensorflow', () => {
  it('starts the installed TensorFlow and reports its version', async () => {
    const { version } = await tryTensorflow(findTensorflow().variant)
    expect(version).toBe(tensorflowVersion)
  })

  it('says why it does not start', async () => {
    const { variant } = findTensorflow()
    const absent = variant === 'cpu' ? 'cuda' : 'cpu'
    await expect(tryTensorflow(absent)).rejects.toMatchObject({
      code: 'tensorflow.load',
      message: containing('does not start'),
      remedy: containing('doctor'),
    })
  })
})
