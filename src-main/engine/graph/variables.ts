/**
 * Variables of a graph: tensors that stay in the session, on the device, between runs.
 *
 * Each has a placeholder `set/NAME` through which it is written from outside. A variable must be written before it is
 * read; otherwise TensorFlow reports an error. Reads and writes within one run are ordered only by `after`.
 */
import { type ConstantValue, DType } from '../../native/graph-def'
import { type Graph, type GraphNode, type Value, valueName, valueOf } from './graph'
import { cast } from './precision'

export interface Variable {
  name: string
  shape: readonly number[]
  dtype: number
  handle: Value
  /** The value at the time of the run. */
  read: Value
  /** Whether this is a matrix that is stored transposed; its values are given as they are. */
  isTurned?: boolean
}

/** Adds a variable. Its value is undefined until it is set. */
export function addVariable(graph: Graph, name: string, shape: readonly number[], dtype: number): Variable {
  const handle = valueOf(
    graph.add({
      op: 'VarHandleOp',
      name: `var/${name}`,
      attributes: {
        dtype: { kind: 'type', value: dtype },
        shape: { kind: 'shape', value: shape },
        shared_name: { kind: 'string', value: name },
        container: { kind: 'string', value: '' },
      },
      outputs: [{ shape: [], dtype: DType.resource }],
    }),
  )
  return { name, shape, dtype, handle, read: addRead(graph, { name, shape, dtype, handle }) }
}

/** Adds a node that reads the variable once the nodes of `order` have run. */
export function readAfter(graph: Graph, variable: Variable, order: readonly GraphNode[]): Value {
  return addRead(graph, variable, order)
}

function addRead(
  graph: Graph,
  { name, shape, dtype, handle }: Omit<Variable, 'read'>,
  order: readonly GraphNode[] = [],
): Value {
  return valueOf(
    graph.add({
      op: 'ReadVariableOp',
      name: `read/${name}`,
      inputs: [handle],
      after: order,
      attributes: { dtype: { kind: 'type', value: dtype } },
      outputs: [{ shape, dtype }],
    }),
  )
}

/** Adds a node that writes `value` to the variable, once the nodes of `order` have run. */
export function assign(
  graph: Graph,
  variable: Variable,
  value: Value,
  order: readonly GraphNode[] = [],
): GraphNode {
  return write(graph, 'AssignVariableOp', variable, value, order)
}

/** Adds a node that adds `value` to the variable. */
export function assignAdd(graph: Graph, variable: Variable, value: Value): GraphNode {
  return write(graph, 'AssignAddVariableOp', variable, value, [])
}

function write(
  graph: Graph,
  op: string,
  variable: Variable,
  value: Value,
  order: readonly GraphNode[],
): GraphNode {
  return graph.add({
    op,
    name: `${op === 'AssignVariableOp' ? 'assign' : 'add'}/${variable.name}`,
    inputs: [variable.handle, value],
    after: order,
    attributes: { dtype: { kind: 'type', value: variable.dtype } },
    outputs: [],
  })
}

/** Zeros of the variable's shape, made at run time. */
export function zeros(graph: Graph, { shape, dtype }: Variable): Value {
  const dimensions = graph.constant({
    dtype: DType.int32,
    shape: [shape.length],
    data: Int32Array.from(shape),
  })
  const zero = graph.constant({ dtype: DType.float32, shape: [], data: Float32Array.of(0) })
  return valueOf(
    graph.add({
      op: 'Fill',
      name: 'zeros',
      inputs: [dimensions, zero],
      attributes: { T: { kind: 'type', value: dtype }, index_type: { kind: 'type', value: DType.int32 } },
      outputs: [{ shape, dtype }],
    }),
  )
}

/** Adds a node that can be fetched and that is done when all of `nodes` are: sessions fetch values, not nodes. */
export function after(graph: Graph, nodes: readonly GraphNode[], name: string): Value {
  return valueOf(
    graph.add({
      op: 'Const',
      name,
      after: nodes,
      attributes: {
        dtype: { kind: 'type', value: DType.int32 },
        value: { kind: 'tensor', value: { dtype: DType.int32, shape: [], data: Int32Array.of(1) } },
      },
      outputs: [{ shape: [], dtype: DType.int32 }],
    }),
  )
}

/** A matrix, transposed. */
export function turned(graph: Graph, matrix: Value): Value {
  const order = graph.constant({ dtype: DType.int32, shape: [2], data: Int32Array.of(1, 0) })
  return valueOf(
    graph.add({
      op: 'Transpose',
      name: 'turned',
      inputs: [matrix, order],
      attributes: {
        T: { kind: 'type', value: matrix.dtype },
        Tperm: { kind: 'type', value: DType.int32 },
      },
      outputs: [{ shape: matrix.shape.toReversed(), dtype: matrix.dtype }],
    }),
  )
}

/** The parts [..] of a value [N, ..]. */
export function unstacked(graph: Graph, value: Value): Value[] {
  const [count = 0, ...shape] = value.shape
  const node = graph.add({
    op: 'Unpack',
    inputs: [value],
    attributes: {
      T: { kind: 'type', value: value.dtype },
      num: { kind: 'int', value: count },
      axis: { kind: 'int', value: 0 },
    },
    outputs: Array.from({ length: count }, () => ({ shape, dtype: value.dtype })),
  })
  return node.outputs.map((_, i) => valueOf(node, i))
}

/** The parts [N, ..] of a value [count * N, ..]. */
export function split(graph: Graph, value: Value, count: number): Value[] {
  const [rows = 0, ...rest] = value.shape
  const axis = graph.constant({ dtype: DType.int32, shape: [], data: Int32Array.of(0) })
  const node = graph.add({
    op: 'Split',
    inputs: [axis, value],
    attributes: { T: { kind: 'type', value: value.dtype }, num_split: { kind: 'int', value: count } },
    outputs: Array.from({ length: count }, () => ({ shape: [rows / count, ...rest], dtype: value.dtype })),
  })
  return node.outputs.map((_, i) => valueOf(node, i))
}

/** The inputs and outputs of a run that writes variables. */
export interface Setter {
  /** Inputs of a run that sets these values, given by variable name. */
  inputs(values: ReadonlyMap<string, ConstantValue>): Record<string, ConstantValue>
  outputs(values: ReadonlyMap<string, ConstantValue>): string[]
}

/** Adds a placeholder and an assignment for each variable. Values of bfloat16 variables are given in float32. */
export function addSetters(graph: Graph, variables: readonly Variable[]): Setter {
  const done = new Map(
    variables.map((variable) => {
      const { name, shape, isTurned, dtype } = variable
      const isNarrow = dtype === DType.bfloat16
      const given = isTurned === true ? shape.toReversed() : shape
      const input = graph.placeholder(`set/${name}`, given, isNarrow ? DType.float32 : dtype)
      const stored = isNarrow ? cast(graph, input, dtype) : input
      const node = assign(graph, variable, isTurned === true ? turned(graph, stored) : stored)
      return [variable.name, { input, done: after(graph, [node], `done/${variable.name}`) }]
    }),
  )
  return {
    inputs: (values) =>
      Object.fromEntries(
        [...values].flatMap(([name, value]) => {
          const setter = done.get(name)
          return setter ? [[setter.input.node.name, value]] : []
        }),
      ),
    outputs: (values) =>
      [...values.keys()].flatMap((name) => {
        const setter = done.get(name)
        return setter ? [valueName(setter.done)] : []
      }),
  }
}
