import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { Graph, toNodeDefs, type Value, valueName } from '../../../../../src-main/engine/graph/graph'
import { useBfloat16Products } from '../../../../../src-main/engine/graph/precision'
import { record } from '../../../../../src-main/engine/graph/recorder'
import { DType } from '../../../../../src-main/native/graph-def'
import { openGraphSession } from '../../../../../src-main/native/graph-session'
import { loadTensorflow, type Tensorflow } from '../../../../../src-main/native/tensorflow'

let tensorflow: Tensorflow

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

/** tanh(x w) w: a product that feeds element-wise work, and one that is given out. */
function products(): { graph: Graph; output: Value } {
  const graph = new Graph()
  const x = graph.placeholder('x', [4, 8], DType.float32)
  const w = graph.placeholder('w', [8, 8], DType.float32)
  const output = record(graph, ({ tensor, value }) =>
    value(tf.add(tf.matMul(tf.tanh(tf.matMul(tensor(x), tensor(w))), tensor(w)), 0)),
  )
  return { graph, output }
}

function run({ graph, output }: { graph: Graph; output: Value }): number[] {
  const session = openGraphSession(tensorflow.binding, toNodeDefs(graph))
  const values = (count: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7))
  const inputs = {
    x: { dtype: DType.float32, shape: [4, 8], data: values(32) },
    w: { dtype: DType.float32, shape: [8, 8], data: values(64) },
  }
  const [result] = session.run(inputs, [valueName(output)])
  session.dispose()
  return Array.from(result?.data ?? [])
}

describe('useBfloat16Products', () => {
  it('turns every product, casts a shared input once, and stays within bfloat16 of float32', () => {
    const exact = run(products())
    const mixed = products()
    expect(useBfloat16Products(mixed.graph)).toBe(2)
    const narrowed = mixed.graph.nodes.filter((node) => node.name.endsWith('/narrow'))
    expect(narrowed.map((node) => node.inputs[0]?.node.op).sort()).toEqual([
      'Placeholder',
      'Placeholder',
      'Tanh',
    ])
    const rounded = run(mixed)
    expect(rounded).toHaveLength(32)
    expect(rounded).not.toEqual(exact)
    rounded.forEach((value, i) => {
      expect(Math.abs(value - (exact[i] ?? Number.NaN))).toBeLessThan(0.05)
    })
  })

  it('leaves alone what it is told to keep', () => {
    const exact = run(products())
    const kept = products()
    expect(useBfloat16Products(kept.graph, () => true)).toBe(0)
    expect(run(kept)).toEqual(exact)
  })
})
