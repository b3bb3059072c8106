import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'

import { joinHeads, splitHeads } from '../../../../src-main/model/heads'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { expectClose, expectNoLeak, expectSameWithGradients, randomTensor } from '../../../support/tensors'

const shape = { batch: 2, length: 3, heads: 2 }

beforeAll(async () => {
  await loadTensorflow()
})

describe('splitHeads', () => {
  it('puts each head of each row of the batch apart', () => {
    const x = tf.range(0, 24).reshape([6, 4]) // row b * 3 + t, column h * 2 + d
    const first = [0, 1, 4, 5, 8, 9] // batch 0, head 0
    const second = [2, 3, 6, 7, 10, 11] // batch 0, head 1
    expectClose(splitHeads(x, shape).slice([0, 0, 0], [2, 3, 2]), [...first, ...second])
  })

  it('is undone by joinHeads', () => {
    const x = randomTensor([6, 4])
    expectClose(joinHeads(splitHeads(x, shape), shape), x)
  })

  it('passes gradients the other way', () => {
    const plain = (x: tf.Tensor) => x.reshape([2, 3, 2, 2]).transpose([0, 2, 1, 3]).reshape([4, 3, 2])
    expectSameWithGradients((x) => splitHeads(x, shape), plain, [randomTensor([6, 4])])
    const back = (x: tf.Tensor) => x.reshape([2, 2, 3, 2]).transpose([0, 2, 1, 3]).reshape([6, 4])
    expectSameWithGradients((x) => joinHeads(x, shape), back, [randomTensor([4, 3, 2])])
  })

  it('leaks nothing', () => {
    const x = randomTensor([6, 4])
    expectNoLeak(() => tf.grads((a) => joinHeads(splitHeads(a, shape), shape))([x]))
  })
})
