import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { Graph, toNodeDefs, valueName } from '../../../../../src-main/engine/graph/graph'
import { record } from '../../../../../src-main/engine/graph/recorder'
import {
  addSetters,
  addVariable,
  after,
  assign,
  assignAdd,
} from '../../../../../src-main/engine/graph/variables'
import { DType } from '../../../../../src-main/native/graph-def'
import { openGraphSession } from '../../../../../src-main/native/graph-session'
import { loadTensorflow, type Tensorflow } from '../../../../../src-main/native/tensorflow'

let tensorflow: Tensorflow

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

const floats = (shape: number[], data: number[]): { dtype: number; shape: number[]; data: Float32Array } => ({
  dtype: DType.float32,
  shape,
  data: Float32Array.from(data),
})

/** A loss with a product, a gather, a softmax and a slice, so that gradients of several kinds are recorded. */
function loss(x: tf.Tensor, w: tf.Tensor): tf.Scalar {
  const hidden = tf.tanh(tf.matMul(x.as2D(2, 3), w.as2D(3, 4)))
  const picked = tf.gather(hidden, tf.tensor1d([1, 0, 1], 'int32'))
  return tf.sum(tf.mul(tf.softmax(picked), tf.square(tf.slice(picked, [0, 0], [3, 4])))).asScalar()
}
const x = [0.1, -0.2, 0.3, 0.4, 0.5, -0.6]
const w = Array.from({ length: 12 }, (_, i) => Math.sin(i))

describe('record', () => {
  it('gives a graph whose loss and gradients are those of eager mode', () => {
    const before = tf.memory().numTensors
    const graph = new Graph()
    const inputs = [
      graph.placeholder('x', [2, 3], DType.float32),
      graph.placeholder('w', [3, 4], DType.float32),
    ]
    const outputs = record(graph, ({ tensor, value }) => {
      const [tx, tw] = inputs.map(tensor)
      if (!tx || !tw) throw new Error('two inputs were given')
      const { value: recordedLoss, grads } = tf.valueAndGrads((a, b) => loss(a, b))([tx, tw])
      return [recordedLoss, ...grads].map(value)
    })
    expect(outputs.map(({ shape }) => shape)).toEqual([[], [2, 3], [3, 4]])
    expect(tf.memory().numTensors).toBe(before)

    const session = openGraphSession(tensorflow.binding, toNodeDefs(graph))
    const results = session.run({ x: floats([2, 3], x), w: floats([3, 4], w) }, outputs.map(valueName))
    session.dispose()
    const eager = tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((a, b) => loss(a, b))([
        tf.tensor2d(x, [2, 3]),
        tf.tensor2d(w, [3, 4]),
      ])
      return [value, ...grads].map((tensor) => tensor.dataSync())
    })
    results.forEach((result, i) => {
      const expected = Array.from(eager[i] ?? [])
      expect(Array.from(result.data)).toHaveLength(expected.length)
      Array.from(result.data).forEach((value, j) => {
        expect(value).toBeCloseTo(expected[j] ?? Number.NaN, 6)
      })
    })
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses to read a value, and puts the backend back', () => {
    const graph = new Graph()
    const input = graph.placeholder('x', [2], DType.float32)
    expect(() => record(graph, ({ tensor }) => tf.exp(tensor(input)).dataSync())).toThrow(
      /read while the step/,
    )
    expect(Array.from(tf.tidy(() => tf.exp([0]).dataSync()))).toEqual([1])
  })

  it('names an operation that it has no rule for', () => {
    const graph = new Graph()
    const input = graph.placeholder('x', [2], DType.float32)
    expect(() => record(graph, ({ tensor }) => tf.asinh(tensor(input)))).toThrow(/Asinh has no shape rule/)
  })

  it('refuses a tensor from outside that TensorFlow already holds', () => {
    const graph = new Graph()
    const outside = tf.exp([1, 2])
    expect(() => record(graph, () => tf.square(outside))).toThrow(/before the recording began/)
    outside.dispose()
  })
})

describe('variables', () => {
  it('keep their values between runs', () => {
    const graph = new Graph()
    const total = addVariable(graph, 'total', [2], DType.float32)
    const setters = addSetters(graph, [total])
    const more = graph.placeholder('more', [2], DType.float32)
    const added = after(graph, [assignAdd(graph, total, more)], 'added')
    const doubled = record(graph, ({ tensor, value }) => value(tf.mul(tensor(total.read), 2)))
    const replaced = after(graph, [assign(graph, total, doubled)], 'replaced')

    const session = openGraphSession(tensorflow.binding, toNodeDefs(graph))
    const start = new Map([['total', floats([2], [1, 2])]])
    session.run(setters.inputs(start), setters.outputs(start))
    session.run({ more: floats([2], [10, 20]) }, [valueName(added)])
    session.run({}, [valueName(replaced)])
    const [result] = session.run({}, [valueName(total.read)])
    session.dispose()
    expect(Array.from(result?.data ?? [])).toEqual([22, 44])
  })
})
