/**
 * Records what a function does with tensors as nodes of a graph, without running anything: tfjs-core's ops and
 * gradients work on stand-in tensors, whose shapes come from shape-rules.ts.
 *
 * All of tfjs-node's kernels go through the binding's `executeOp`, so a look-alike of the binding takes its place while
 * the function runs. Recording a step costs well under a second and no tensor memory, whatever its size. Reading a
 * value while recording is an error, since there is none; so is using a tensor from outside.
 */
import type * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../../errors'
import { type Attribute, DType } from '../../native/graph-def'
import type { BindingLike, RecordedTensor } from '../../native/recording'
import { withBinding } from '../../native/recording'
import { type Graph, type OutputInfo, type Value, valueOf } from './graph'
import { inferOutputs } from './shape-rules'

/** What the recorded function gets: conversions between values of the graph and stand-in tensors. */
export interface Recording {
  /** A tensor that stands for a value of the graph. */
  tensor(value: Value): tf.Tensor
  /** The value that a tensor stands for. */
  value(tensor: tf.Tensor): Value
}

/**
 * Runs `build` once with stand-in tensors and adds what it does to `graph`.
 *
 * @returns what `build` returns: which may be values of the graph but not tensors (those are freed).
 * @throws MidbenchError `graph.read` where a value is read, `graph.op` for an operation without a shape rule.
 */
export function record<Result>(graph: Graph, build: (recording: Recording) => Result): Result {
  const values = new Map<number, Value>()
  let nextId = 1

  const keep = (value: Value): RecordedTensor => {
    const id = nextId++
    values.set(id, value)
    return { id, shape: [...value.shape], dtype: value.dtype }
  }
  const find = (id: number): Value => {
    const value = values.get(id)
    if (!value) {
      throw new MidbenchError({
        code: 'graph.foreign',
        message: 'A tensor made before the recording began is used in it.',
        remedy: 'Make it inside the recorded function, or give it as an input.',
      })
    }
    return value
  }

  const binding: BindingLike = {
    createTensor: (shape, dtype, data) =>
      keep(graph.constant({ dtype, shape, data: toArray(data, dtype) })).id,
    deleteTensor: () => undefined,
    tensorDataSync: () => {
      throw new MidbenchError({
        code: 'graph.read',
        message: 'A value was read while the step was being recorded; there are no values yet.',
      })
    },
    executeOp: (op, attributes, inputIds, outputs) => {
      const inputs = inputIds.map(find)
      return addNode(graph, op, attributes, inputs, outputs).map(keep)
    },
  }
  return withBinding(binding, ({ tensorFrom, idOf }) =>
    build({ tensor: (value) => tensorFrom(keep(value)), value: (tensor) => find(idOf(tensor)) }),
  )
}

function addNode(
  graph: Graph,
  op: string,
  attributes: Record<string, Attribute>,
  inputs: Value[],
  outputs: number,
): Value[] {
  const infos: OutputInfo[] = inferOutputs(op, inputs, attributes)
  if (infos.length < outputs) {
    throw new MidbenchError({
      code: 'graph.output',
      message: `${op} was asked for ${String(outputs)} outputs and has ${String(infos.length)}.`,
    })
  }
  const node = graph.add({ op, inputs, attributes, outputs: infos })
  return infos.slice(0, outputs).map((_, i) => valueOf(node, i))
}

function toArray(data: unknown, dtype: number): Float32Array | Int32Array | Uint8Array {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)
    return data.slice()
  if (Array.isArray(data) && data.every((x) => typeof x === 'number' || typeof x === 'boolean')) {
    const numbers = data.map(Number)
    if (dtype === DType.float32) return Float32Array.from(numbers)
    return dtype === DType.bool ? Uint8Array.from(numbers) : Int32Array.from(numbers)
  }
  throw new MidbenchError({
    code: 'graph.constant',
    message: 'A constant of the step has values of a type that graphs cannot hold.',
  })
}
