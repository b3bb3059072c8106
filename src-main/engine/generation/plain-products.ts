/**
 * Prepares a recorded graph for passes of a few tokens, in which reading the weights is what takes time.
 *
 * A product of two matrices becomes a `MatMul`: tfjs records every product as a batch of them, whose kernel reads the
 * weights at a third of the speed where the other factor has one row. And nothing is compiled by XLA: fusing saves
 * little on a few tokens, while a first answer would wait for seconds.
 */
import type { Attribute } from '../../native/graph-def'
import type { Graph } from '../graph/graph'

/** Turns batch products of rank 2 into plain ones, in place. */
export function usePlainProducts({ nodes }: Graph): void {
  const never: Attribute = { kind: 'bool', value: false }
  for (const node of nodes) {
    if (node.op !== 'BatchMatMulV2' || !node.inputs.every(({ shape }) => shape.length === 2)) continue
    const { adj_x, adj_y, ...others } = node.attributes
    node.op = 'MatMul'
    node.attributes = { ...others, transpose_a: adj_x ?? never, transpose_b: adj_y ?? never }
  }
}

/** Keeps XLA away from every node. */
export function leaveUncompiled({ nodes }: Graph): void {
  for (const node of nodes) node.attributes['_XlaCompile'] = { kind: 'bool', value: false }
}
