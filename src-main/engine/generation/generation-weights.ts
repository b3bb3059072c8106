/**
 * A model's parameters as variables of the graph of generation, and for those stored in bfloat16 their values in both
 * types. In bfloat16 what is only multiplied is stored so, and is half as much to read.
 */
import * as tf from '@tensorflow/tfjs-core'

import { DType } from '../../native/graph-def'
import { type Graph, type Value, valueName } from '../graph/graph'
import { cast } from '../graph/precision'
import type { Recording } from '../graph/recorder'
import { addSetters, addVariable, type Setter, turned, type Variable } from '../graph/variables'

/** In float32 it is stored transposed: one row times it is then a fifth faster. In bfloat16 that is half as fast. */
const HEAD = 'lm_head.weight'

export class Weights {
  readonly set: Setter
  /** The bfloat16 values, by the names of their float32 ones. */
  readonly narrow = new Map<string, Value>()
  private readonly wide = new Map<string, Value>()
  private stored: { head: Value; isTurned: boolean } | undefined

  constructor(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>, dtype: 'float32' | 'bfloat16') {
    const variables = [...shapes].map(([name, shape]): Variable => {
      const stored = isMultiplied(name, shape) ? DType[dtype] : DType.float32
      const isTurned = name === HEAD && stored === DType.float32
      const variable = addVariable(graph, name, isTurned ? shape.toReversed() : shape, stored)
      const wide = stored === DType.float32 ? variable.read : cast(graph, variable.read, DType.float32)
      if (wide !== variable.read) this.narrow.set(valueName(wide), variable.read)
      if (name === HEAD) this.stored = { head: wide, isTurned }
      this.wide.set(name, isTurned ? turned(graph, wide) : wide)
      return { ...variable, isTurned }
    })
    this.set = addSetters(graph, variables)
  }

  wideName(name: string): string {
    const value = this.wide.get(name)
    if (value === undefined) throw new RangeError(`no parameter ${name}`)
    return valueName(value)
  }

  /** The products [B, V padded] of rows [B, C] with the head. */
  timesHead(recording: Recording, rows: tf.Tensor): tf.Tensor {
    if (this.stored === undefined) throw new RangeError('every model has a head')
    const { head, isTurned } = this.stored
    return tf.matMul(rows, recording.tensor(head), false, !isTurned)
  }

  tensors(recording: Recording): Map<string, tf.Tensor> {
    return new Map([...this.wide].map(([name, value]) => [name, recording.tensor(value)]))
  }
}

/** Whether a parameter is a factor of a product: a matrix, but not an embedding, whose rows are looked up. */
export function isMultiplied(name: string, shape: readonly number[]): boolean {
  return shape.length === 2 && name !== 'transformer.wte.weight' && !name.startsWith('value_embeds.')
}
