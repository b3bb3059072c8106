/**
 * A TensorFlow graph under construction: nodes in the order they were added, each with its output shapes and types.
 *
 * The graph guarantees unique node names, and that every input was added before it is used. Values of small integer
 * constants are kept with their node, since the shape of a reshape or a slice depends on them. Nothing here uses
 * TensorFlow's library: `native/graph-session.ts` writes the file format and runs it.
 */
import { MidbenchError } from '../../errors'
import type { Attribute, ConstantValue, NodeDef } from '../../native/graph-def'

export interface OutputInfo {
  shape: readonly number[]
  dtype: number
}

/** One output of one node. */
export interface Value extends OutputInfo {
  node: GraphNode
  output: number
}

export interface GraphNode {
  name: string
  op: string
  inputs: Value[]
  /** Nodes that must have run before this one. */
  after: GraphNode[]
  attributes: Record<string, Attribute>
  outputs: readonly OutputInfo[]
  /** The value of a `Const` node. */
  constant?: ConstantValue
}

export interface NodeSpec {
  op: string
  /** Wanted name; a number is appended where it is taken. @default the op's name */
  name?: string
  inputs?: readonly Value[]
  after?: readonly GraphNode[]
  attributes?: Record<string, Attribute>
  outputs: readonly OutputInfo[]
}

export class Graph {
  readonly nodes: GraphNode[] = []
  private readonly names = new Map<string, number>()
  private readonly scalars = new Map<string, Value>()

  /** Adds a node; its first output is `value(node)`. */
  add(spec: NodeSpec): GraphNode {
    const node: GraphNode = {
      name: this.uniqueName(spec.name ?? spec.op),
      op: spec.op,
      inputs: [...(spec.inputs ?? [])],
      after: [...(spec.after ?? [])],
      attributes: { ...spec.attributes },
      outputs: spec.outputs,
    }
    this.nodes.push(node)
    return node
  }

  /** A constant; equal constants of at most 8 elements share a node. */
  constant(value: ConstantValue, name = 'const'): Value {
    const key =
      value.data.length <= 8 ? `${String(value.dtype)}|${value.shape.join()}|${value.data.join()}` : undefined
    const known = key === undefined ? undefined : this.scalars.get(key)
    if (known) return known
    const node = this.add({
      op: 'Const',
      name,
      attributes: { dtype: { kind: 'type', value: value.dtype }, value: { kind: 'tensor', value } },
      outputs: [{ shape: value.shape, dtype: value.dtype }],
    })
    node.constant = value
    const result = valueOf(node)
    if (key !== undefined) this.scalars.set(key, result)
    return result
  }

  /** An input that each run supplies. */
  placeholder(name: string, shape: readonly number[], dtype: number): Value {
    return valueOf(
      this.add({
        op: 'Placeholder',
        name,
        attributes: { dtype: { kind: 'type', value: dtype }, shape: { kind: 'shape', value: shape } },
        outputs: [{ shape, dtype }],
      }),
    )
  }

  private uniqueName(wanted: string): string {
    const base = wanted.replace(/[^A-Za-z0-9_./-]/g, '_')
    const count = this.names.get(base) ?? 0
    this.names.set(base, count + 1)
    if (count === 0) return base
    return this.uniqueName(`${base}_${String(count)}`)
  }
}

/**
 * One output of a node.
 *
 * @throws MidbenchError `graph.output` where the node has no such output.
 */
export function valueOf(node: GraphNode, output = 0): Value {
  const info = node.outputs[output]
  if (!info)
    throw new MidbenchError({
      code: 'graph.output',
      message: `${node.op} ${node.name} has no output ${String(output)}.`,
    })
  return { node, output, shape: info.shape, dtype: info.dtype }
}

/** A value's name in TensorFlow's notation: `node:0`. */
export function valueName(value: Value): string {
  return `${value.node.name}:${String(value.output)}`
}

/** A graph's nodes as the file format holds them. */
export function toNodeDefs(graph: Graph): NodeDef[] {
  return graph.nodes.map(({ name, op, inputs, after, attributes }) => ({
    name,
    op,
    inputs: [...inputs.map(valueName), ...after.map((node) => `^${node.name}`)],
    attributes,
  }))
}
