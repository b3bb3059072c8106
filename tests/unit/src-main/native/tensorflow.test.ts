import { availableParallelism } from 'node:os'

import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { backendName, loadTensorflow, type Tensorflow } from '../../../../src-main/native/tensorflow'

let tensorflow: Tensorflow

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

describe('loadTensorflow', () => {
  it('makes the native backend current and leaves no other', () => {
    expect(tf.getBackend()).toBe(backendName)
    expect(Object.keys(tf.engine().registryFactory)).toEqual([backendName])
  })

  it('reports the version of the library it loaded', () => {
    expect(tensorflow.version).toBe(tensorflow.installation.version)
  })

  it('has as many threads as there are processors, and leaves their number for who loads it next', () => {
    expect(tensorflow.threads).toBe(availableParallelism())
    expect(process.env['TF_NUM_INTRAOP_THREADS']).toBe(String(tensorflow.threads))
  })

  it('returns the same TensorFlow when called again', async () => {
    expect(await loadTensorflow()).toBe(tensorflow)
  })

  it('runs forward and backward through tfjs-core', () => {
    const gradient = tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4], [2, 2])
      return tf
        .grad((y: tf.Tensor) => tf.sum(tf.matMul(y.as2D(2, 2), y.as2D(2, 2))))(x)
        .arraySync()
    })
    // d/dX sum(X X) = row sums of X spread over columns + column sums of X spread over rows
    expect(gradient).toEqual([
      [7, 11],
      [9, 13],
    ])
  })

  it('runs operations that tfjs-core does not know, bfloat16 among them', () => {
    const { binding } = tensorflow
    const input = binding.createTensor([3], binding.TF_FLOAT, new Float32Array([1, 1.00390625, -2.5]))
    const bfloat16 = 14
    const cast = (id: number, from: number, to: number) =>
      binding.executeOp(
        'Cast',
        [
          { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: from },
          { name: 'DstT', type: binding.TF_ATTR_TYPE, value: to },
          { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false },
        ],
        [id],
        1,
      )[0]?.id ?? -1
    const half = cast(input, binding.TF_FLOAT, bfloat16)
    const back = cast(half, bfloat16, binding.TF_FLOAT)
    expect([...binding.tensorDataSync(back)]).toEqual([1, 1, -2.5]) // 1 + 2^-8 rounds to even
    for (const id of [input, half, back]) binding.deleteTensor(id)
  })

  it('counts the memory of large blocks and forgets it when tensors go', () => {
    const before = tensorflow.memory.usage().bytes
    const tensor = tf.add(tf.range(0, 64 * 1024 * 1024, 1), 1) // zeros would stay in JavaScript
    expect(tensorflow.memory.usage().bytes - before).toBeGreaterThanOrEqual(256 * 1024 * 1024)
    tensor.dispose()
    tensorflow.memory.resetPeak()
    expect(tensorflow.memory.usage().peakBytes).toBe(tensorflow.memory.usage().bytes)
  })

  it('copies what it is given: a tensor does not follow its array', () => {
    // TensorFlow would take over an array's own memory where it is aligned to 64 bytes: one of these is
    const { binding } = tensorflow
    const arrays = Array.from({ length: 16 }, (_, at) =>
      new Float32Array(new ArrayBuffer(256), at * 4, 4).fill(at),
    )
    const ids = arrays.map((array) => binding.createTensor([4], binding.TF_FLOAT, array))
    for (const array of arrays) array.fill(-1)
    expect(ids.map((id) => [...binding.tensorDataSync(id)])).toEqual(arrays.map((_, at) => [at, at, at, at]))
    for (const id of ids) binding.deleteTensor(id)
  })
})
