/**
 * Shapes and types of an operation's outputs, from those of its inputs: with them a step can be recorded without
 * running it. There are rules only for the operations that the model and the optimizers use; any other is an error that
 * names it. Rules follow TensorFlow's own shape functions (tensorflow/core/ops).
 */
import { MidbenchError } from '../../errors'
import { type Attribute, DType } from '../../native/graph-def'
import type { OutputInfo, Value } from './graph'
import {
  at,
  axisOf,
  broadcast,
  flag,
  integer,
  integers,
  misfit,
  type RuleInput,
  same,
  sizeOf,
} from './rule-input'

type Rule = (input: RuleInput) => OutputInfo[]

/**
 * @returns shape and type of each output.
 * @throws MidbenchError `graph.op` for an operation without a rule, `graph.shape` where inputs do not fit.
 */
export function inferOutputs(
  op: string,
  inputs: readonly Value[],
  attributes: Readonly<Record<string, Attribute>>,
): OutputInfo[] {
  const rule = rules.get(op)
  if (!rule) {
    throw new MidbenchError({
      code: 'graph.op',
      message: `The operation ${op} has no shape rule, so a step that uses it cannot be recorded as a graph.`,
      remedy: 'Add its rule to engine/graph/shape-rules.ts, or run with engine "eager".',
    })
  }
  return rule({ op, inputs, attributes })
}

// ---------------------------------------------------------------------------------------------- rules

const unary: Rule = (input) => same(at(input, 0).shape, at(input, 0).dtype)

const binary: Rule = (input) => {
  const [a, b] = [at(input, 0), at(input, 1)]
  if (a.dtype !== b.dtype)
    throw misfit(input.op, `types ${String(a.dtype)} and ${String(b.dtype)} are not the same`)
  return same(broadcast(input.op, a.shape, b.shape), a.dtype)
}

const comparison: Rule = (input) =>
  same(broadcast(input.op, at(input, 0).shape, at(input, 1).shape), DType.bool)

const reduction: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const axes = new Set(integers(input, 1).map((axis) => axisOf(axis, shape.length)))
  const keep = flag(input, 'keep_dims')
  return same(
    shape.flatMap((dimension, i) => (!axes.has(i) ? [dimension] : keep ? [1] : [])),
    dtype,
  )
}

const argument: Rule = (input) => {
  const { shape } = at(input, 0)
  const axes = integers(input, 1).map((axis) => axisOf(axis, shape.length))
  return same(
    shape.filter((_, i) => !axes.includes(i)),
    integer(input, 'output_type'),
  )
}

const matMul: Rule = (input) => {
  const [a, b] = [at(input, 0), at(input, 1)]
  const adjA = flag(input, 'adj_x') || flag(input, 'transpose_a')
  const adjB = flag(input, 'adj_y') || flag(input, 'transpose_b')
  const rows = a.shape.at(adjA ? -1 : -2) ?? 1
  const inner = a.shape.at(adjA ? -2 : -1)
  const innerB = b.shape.at(adjB ? -1 : -2)
  const columns = b.shape.at(adjB ? -2 : -1) ?? 1
  if (inner !== innerB) throw misfit(input.op, `[${a.shape.join()}] and [${b.shape.join()}] do not multiply`)
  return same([...broadcast(input.op, a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns], a.dtype)
}

const reshape: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const wanted = integers(input, 1)
  const known = sizeOf(wanted.filter((dimension) => dimension >= 0))
  const result = wanted.map((dimension) => (dimension < 0 ? sizeOf(shape) / known : dimension))
  if (sizeOf(result) !== sizeOf(shape)) {
    throw misfit(input.op, `[${shape.join()}] does not reshape to [${wanted.join()}]`)
  }
  return same(result, dtype)
}

const transpose: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  return same(
    integers(input, 1).map((axis) => shape[axis] ?? 1),
    dtype,
  )
}

const slice: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const begin = integers(input, 1)
  return same(
    integers(input, 2).map((size, i) => (size < 0 ? (shape[i] ?? 0) - (begin[i] ?? 0) : size)),
    dtype,
  )
}

const concat: Rule = (input) => {
  const parts = input.inputs.slice(0, -1)
  const first = at(input, 0)
  const axis = axisOf(integers(input, input.inputs.length - 1)[0] ?? 0, first.shape.length)
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0)
  return same(
    first.shape.map((dimension, i) => (i === axis ? total : dimension)),
    first.dtype,
  )
}

const pad: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const amounts = integers(input, 1)
  return same(
    shape.map((dimension, i) => dimension + (amounts[2 * i] ?? 0) + (amounts[2 * i + 1] ?? 0)),
    dtype,
  )
}

const tile: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const times = integers(input, 1)
  return same(
    shape.map((dimension, i) => dimension * (times[i] ?? 1)),
    dtype,
  )
}

const gather: Rule = (input) => {
  const [params, indices] = [at(input, 0), at(input, 1)]
  const axis = axisOf(integers(input, 2)[0] ?? 0, params.shape.length)
  const batchDims = integer(input, 'batch_dims')
  return same(
    [...params.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...params.shape.slice(axis + 1)],
    params.dtype,
  )
}

const gatherNd: Rule = (input) => {
  const [params, indices] = [at(input, 0), at(input, 1)]
  return same([...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1) ?? 0)], params.dtype)
}

const segmentSum: Rule = (input) => {
  const [data, ids] = [at(input, 0), at(input, 1)]
  return same([integers(input, 2)[0] ?? 0, ...data.shape.slice(ids.shape.length)], data.dtype)
}

const select: Rule = (input) => {
  const [condition, a, b] = [at(input, 0), at(input, 1), at(input, 2)]
  return same(broadcast(input.op, condition.shape, broadcast(input.op, a.shape, b.shape)), a.dtype)
}

const oneHot: Rule = (input) => same([...at(input, 0).shape, integers(input, 1)[0] ?? 0], at(input, 2).dtype)

const expandDims: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const axis = axisOf(integers(input, 1)[0] ?? 0, shape.length + 1)
  return same([...shape.slice(0, axis), 1, ...shape.slice(axis)], dtype)
}

const range: Rule = (input) => {
  const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((i) => integers(input, i)[0])
  return same([Math.max(0, Math.ceil((limit - start) / delta))], at(input, 0).dtype)
}

const split: Rule = (input) => {
  const value = at(input, 1)
  const parts = integer(input, 'num_split', 1)
  const axis = axisOf(integers(input, 0)[0] ?? 0, value.shape.length)
  const shape = value.shape.map((dimension, i) => (i === axis ? dimension / parts : dimension))
  return Array.from({ length: parts }, () => ({ shape, dtype: value.dtype }))
}

const splitV: Rule = (input) => {
  const value = at(input, 0)
  const axis = axisOf(integers(input, 2)[0] ?? 0, value.shape.length)
  return integers(input, 1).map((size) => ({
    shape: value.shape.map((dimension, i) => (i === axis ? size : dimension)),
    dtype: value.dtype,
  }))
}

const pack: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const axis = axisOf(integer(input, 'axis'), shape.length + 1)
  return same([...shape.slice(0, axis), input.inputs.length, ...shape.slice(axis)], dtype)
}

const unpack: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  const axis = axisOf(integer(input, 'axis'), shape.length)
  const part = { shape: shape.filter((_, i) => i !== axis), dtype }
  return Array.from({ length: shape[axis] ?? 0 }, () => part)
}

/** Softmax cross entropy against class numbers: the losses [N], and their gradient with respect to the logits [N, V]. */
const sparseCrossEntropy: Rule = (input) => {
  const { shape, dtype } = at(input, 0)
  return [
    { shape: shape.slice(0, 1), dtype },
    { shape, dtype },
  ]
}

const rules = new Map<string, Rule>([
  ...names(
    'Neg Abs Sqrt Rsqrt Square Exp Log Log1p Expm1 Tanh Sigmoid Relu Relu6 Sign Floor Ceil Round Rint Inv',
  ).map(entry(unary)),
  ...names('Reciprocal ZerosLike OnesLike Identity StopGradient LogicalNot Softmax LogSoftmax Sin Cos').map(
    entry(unary),
  ),
  ...names('ReluGrad TanhGrad RsqrtGrad SqrtGrad SigmoidGrad MatrixBandPart Cumsum ReverseV2').map(
    entry(unary),
  ),
  ...names(
    'Add AddV2 Sub Mul Div RealDiv DivNoNan Maximum Minimum Pow SquaredDifference FloorDiv FloorMod',
  ).map(entry(binary)),
  ...names('Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr').map(entry(comparison)),
  ...names('Sum Max Min Mean Prod All Any').map(entry(reduction)),
  ['ArgMax', argument],
  ...names('MatMul BatchMatMul BatchMatMulV2').map(entry(matMul)),
  ...names('Pad PadV2 MirrorPad').map(entry(pad)),
  ...names('Select SelectV2').map(entry(select)),
  ['Cast', (input) => same(at(input, 0).shape, integer(input, 'DstT'))],
  ['Bitcast', (input) => same(at(input, 0).shape, integer(input, 'type'))],
  ['Reshape', reshape],
  ['Transpose', transpose],
  ['Slice', slice],
  ['ConcatV2', concat],
  ['Tile', tile],
  ['GatherV2', gather],
  ['GatherNd', gatherNd],
  ['ScatterNd', (input) => same(integers(input, 2), at(input, 1).dtype)],
  ['UnsortedSegmentSum', segmentSum],
  ['Fill', (input) => same(integers(input, 0), at(input, 1).dtype)],
  ['BroadcastTo', (input) => same(integers(input, 1), at(input, 0).dtype)],
  ['OneHot', oneHot],
  ['ExpandDims', expandDims],
  ['Range', range],
  ['Split', split],
  ['SplitV', splitV],
  ['Pack', pack],
  ['Unpack', unpack],
  ['AddN', unary],
  ['SparseSoftmaxCrossEntropyWithLogits', sparseCrossEntropy],
])

function names(list: string): string[] {
  return list.split(' ')
}

function entry(rule: Rule): (name: string) => [string, Rule] {
  return (name) => [name, rule]
}
