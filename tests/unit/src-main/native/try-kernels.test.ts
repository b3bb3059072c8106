import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

import { tryKernels } from '../../../../src-main/native/try-kernels'

it('computes on this Node, and leaves no tensor behind', async () => {
  await tryKernels()
  const { numTensors } = tf.memory()
  await tryKernels()
  expect(tf.memory().numTensors).toBe(numTensors)
})
