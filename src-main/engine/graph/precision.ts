/**
 * Mixed precision as a pass over a recorded graph: matrix products in bfloat16, all else in float32, as in the
 * reference's autocast. Master weights stay float32; each is cast where it is used.
 *
 * A product of bfloat16 inputs accumulates in float32 inside the kernel and is rounded once at its end. The casts
 * around it fuse with the neighbouring element-wise work. Muon's products are converted too: the reference's are
 * bfloat16.
 */
import { DType } from '../../native/graph-def'
import { type Graph, type GraphNode, type Value, valueName, valueOf } from './graph'

const products = new Set(['MatMul', 'BatchMatMul', 'BatchMatMulV2'])

/**
 * Converts the graph's float32 matrix products to bfloat16, in place.
 *
 * @param keep products for which it returns true stay in float32.
 * @param known bfloat16 forms of values that are there already, by the values' names; they are not cast again
 * @returns how many products were converted.
 */
export function useBfloat16Products(
  graph: Graph,
  keep: (node: GraphNode) => boolean = () => false,
  known: ReadonlyMap<string, Value> = new Map(),
): number {
  const turned = graph.nodes.filter(
    (node) => products.has(node.op) && node.outputs[0]?.dtype === DType.float32 && !keep(node),
  )
  const narrowed = new Map(known)
  const widened = new Map<GraphNode, Value>()
  const original = [...graph.nodes]
  for (const node of turned) {
    node.inputs = node.inputs.map((input) => {
      const value = narrowed.get(valueName(input)) ?? cast(graph, input, DType.bfloat16)
      narrowed.set(valueName(input), value)
      return value
    })
    node.attributes['T'] = { kind: 'type', value: DType.bfloat16 }
    node.outputs = node.outputs.map(({ shape }) => ({ shape, dtype: DType.bfloat16 }))
    widened.set(node, cast(graph, valueOf(node), DType.float32))
  }
  redirect(graph, [...original, ...[...narrowed.values()].map(({ node }) => node)], widened)
  return turned.length
}

/** A cast of `value`, named after it. */
export function cast(graph: Graph, value: Value, to: number): Value {
  return valueOf(
    graph.add({
      op: 'Cast',
      name: `${value.node.name}/${to === DType.bfloat16 ? 'narrow' : 'widen'}`,
      inputs: [value],
      attributes: {
        SrcT: { kind: 'type', value: value.dtype },
        DstT: { kind: 'type', value: to },
        Truncate: { kind: 'bool', value: false },
      },
      outputs: [{ shape: value.shape, dtype: to }],
    }),
  )
}

/**
 * Gives every user of a converted product the value widened to float32; the inputs of converted products are narrowed
 * already. An op that only picks elements picks them from the bfloat16 product: XLA does not fuse such an op, so the
 * whole product would be written out in float32 for it.
 */
function redirect(graph: Graph, users: readonly GraphNode[], widened: ReadonlyMap<GraphNode, Value>): void {
  const picked = new Map<GraphNode, Value>()
  for (const user of users) {
    const [from] = user.inputs
    if (user.op === 'GatherNd' && from && widened.has(from.node)) picked.set(user, pickNarrow(graph, user))
  }
  for (const user of users) {
    if (widened.has(user) || picked.has(user)) continue
    user.inputs = user.inputs.map((input) => picked.get(input.node) ?? widened.get(input.node) ?? input)
  }
}

/** Makes a picking op bfloat16, like its input; returns its output widened. */
function pickNarrow(graph: Graph, pick: GraphNode): Value {
  pick.attributes['Tparams'] = { kind: 'type', value: DType.bfloat16 }
  pick.outputs = pick.outputs.map(({ shape }) => ({ shape, dtype: DType.bfloat16 }))
  return cast(graph, valueOf(pick), DType.float32)
}
