/** Programs on disk are found again: by every later session over the same graph, whatever was opened between them. */
import * as tf from '@tensorflow/tfjs-core'
import { readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'

import { Graph, toNodeDefs, valueName } from '../../../../src-main/engine/graph/graph'
import { record } from '../../../../src-main/engine/graph/recorder'
import { DType } from '../../../../src-main/native/graph-def'
import { openGraphSession } from '../../../../src-main/native/graph-session'
import { loadTensorflow, type Tensorflow } from '../../../../src-main/native/tensorflow'
import { linkInstalled, privateCache } from '../../../support/private-cache'

const cache = linkInstalled(privateCache())
for (const name of readdirSync(cache)) if (name.startsWith('programs-')) unlinkSync(join(cache, name))

let tensorflow: Tensorflow

beforeAll(async () => {
  tensorflow = await loadTensorflow()
})

/** What a new session over a graph gives: one output that XLA fuses, or its square too. */
function run(length: number, outputs: 1 | 2): number[] {
  const graph = new Graph()
  const input = graph.placeholder('x', [length], DType.float32)
  const values = record(graph, ({ tensor, value }) => {
    const x = tensor(input)
    const fused = tf.mul(tf.add(tf.tanh(x), tf.square(x)), tf.add(tf.sigmoid(x), tf.exp(tf.neg(x))))
    return [fused, tf.square(fused)].map(value)
  })
  const session = openGraphSession(tensorflow.binding, toNodeDefs(graph))
  const x = { dtype: DType.float32, shape: [length], data: new Float32Array(length).fill(0.5) }
  const results = session.run({ x }, values.slice(0, outputs).map(valueName))
  session.dispose()
  return results.map(({ data }) => data[0] ?? NaN)
}

function programs(): string[] {
  return readdirSync(tensorflow.programs?.directory ?? '')
}

test('by the next sessions of a process, in any order', () => {
  const first = [run(8, 1), run(8, 2), run(5, 1)]
  const stored = programs()
  expect(stored).toHaveLength(3)
  expect([run(5, 1), run(8, 1), run(5, 1), run(8, 2)]).toEqual([first[2], first[0], first[2], first[1]])
  expect(programs()).toEqual(stored)
})
