import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'

import { embed } from '../../../../src-main/model/embedding'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { expectClose, expectNoLeak, expectSameWithGradients, randomTensor } from '../../../support/tensors'

beforeAll(async () => {
  await loadTensorflow()
})

describe('embed', () => {
  const ids = () => tf.tensor1d([3, 0, 3, 3], 'int32')

  it('looks rows up', () => {
    const table = tf.tensor2d([[1, 2], [3, 4], [5, 6], [7, 8]]) // prettier-ignore
    expectClose(embed(table, ids()), [7, 8, 1, 2, 7, 8, 7, 8])
  })

  it('adds up the gradients of a row that is used often', () => {
    expectSameWithGradients((table) => embed(table, ids()), (table) => tf.gather(table, ids()), [randomTensor([5, 3])]) // prettier-ignore
  })

  it('leaks nothing', () => {
    const [table, tokens] = [randomTensor([5, 3]), ids()]
    expectNoLeak(() => tf.grads((a) => embed(a, tokens))([table]))
  })
})
