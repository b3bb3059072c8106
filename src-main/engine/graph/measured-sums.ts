/**
 * The sums of squares that the figures of a step need from the graph (config/step-figures.schema.ts), fetched with the
 * update.
 *
 * They are separate operations outside XLA, and they read new values back after these are written: a figure that took
 * them from the update directly changed the compiled programs, and with them the last digits of losses. They need less
 * memory than the update before them, which holds all new values beside the old ones.
 */
import type { Measured } from '../../config/step-figures.schema'
import { DType } from '../../native/graph-def'
import type { ParameterGroup } from '../../optimizers/groups'
import { measuredStep, measureStep, type MeasuredReader } from '../measure'
import { type Graph, type Value, valueOf } from './graph'
import { outsideXla } from './outside-xla'

/** Values of the graph, by a parameter's name. */
export interface UpdateValues {
  before: (name: string) => Value
  /** The gradient summed over the micro-batches. */
  gradientSum: (name: string) => Value
  after: (name: string) => Value
}

/** A tensor, and whether it is a sum over the micro-batches where a figure needs their mean. */
interface SummedTensor {
  value: Value
  summed: boolean
}

/** Computes an L2 norm, once the sums are there. */
type Norm = (sums: readonly number[], microBatches: number) => number

const T = { kind: 'type', value: DType.float32 } as const

export class MeasuredSums {
  private readonly sums: Value[] = []
  /** Half the sum of squares of each value: figures that take the same value share it. */
  private readonly halfSquares = new Map<Value, Value>()
  private reader: MeasuredReader<Norm> | undefined

  constructor(private readonly graph: Graph) {}

  /** @returns values to fetch, in the order in which {@link read} takes them */
  add(groups: readonly ParameterGroup[], names: readonly string[], values: UpdateValues): readonly Value[] {
    const plain = (value: Value): SummedTensor => ({ value, summed: false })
    const step = measuredStep(groups, names, {
      parameter: (name) => plain(values.before(name)),
      gradient: (name) => ({ value: values.gradientSum(name), summed: true }),
      update: (name) => plain(this.difference(values.after(name), values.before(name))),
    })
    this.reader = measureStep(step, { norm: (tensors) => this.norm(tensors) })
    return this.sums
  }

  read(sums: readonly number[], microBatches: number): Measured {
    if (this.reader === undefined) throw new Error('a graph that trains nothing measures nothing')
    return this.reader((norm) => norm(sums, microBatches))
  }

  private norm(tensors: readonly SummedTensor[]): Norm {
    const at = this.sums.push(this.halfSquare(tensors.map(({ value }) => value))) - 1
    const summed = tensors.some((tensor) => tensor.summed)
    return (sums, microBatches) => Math.sqrt(2 * (sums[at] ?? NaN)) / (summed ? microBatches : 1)
  }

  /** Half the sum of squares over all values. */
  private halfSquare(values: readonly Value[]): Value {
    const outputs = [{ shape: [], dtype: DType.float32 }]
    const parts = values.map((value) => {
      const known = this.halfSquares.get(value)
      if (known !== undefined) return known
      const half = valueOf(this.graph.add({ op: 'L2Loss', inputs: [value], attributes: { T }, outputs }))
      this.halfSquares.set(value, half)
      return half
    })
    return this.sumOf(parts)
  }

  /**
   * Adds numbers up in their order. They are copied into one tensor first: `AddN` begins with the first input whose memory
   * it may take over, and of numbers that two sums share that depends on which sum comes first.
   */
  private sumOf(parts: readonly Value[]): Value {
    const N = { kind: 'int', value: parts.length } as const
    const stacked = valueOf(
      this.graph.add({
        op: 'Pack',
        inputs: parts,
        attributes: { N, T, axis: { kind: 'int', value: 0 }, _XlaCompile: outsideXla },
        outputs: [{ shape: [parts.length], dtype: DType.float32 }],
      }),
    )
    return valueOf(
      this.graph.add({
        op: 'Sum',
        inputs: [stacked, this.axis()],
        attributes: {
          T,
          Tidx: { kind: 'type', value: DType.int32 },
          keep_dims: { kind: 'bool', value: false },
          _XlaCompile: outsideXla,
        },
        outputs: [{ shape: [], dtype: DType.float32 }],
      }),
    )
  }

  /** A node of its own: one that the update has too would change its compiled programs. */
  private axis(): Value {
    const value = { dtype: DType.int32, shape: [1], data: Int32Array.of(0) }
    return valueOf(
      this.graph.add({
        op: 'Const',
        attributes: {
          dtype: { kind: 'type', value: DType.int32 },
          value: { kind: 'tensor', value },
          _XlaCompile: outsideXla,
        },
        outputs: [{ shape: [1], dtype: DType.int32 }],
      }),
    )
  }

  private difference(a: Value, b: Value): Value {
    const attributes = { T, _XlaCompile: outsideXla }
    return valueOf(
      this.graph.add({
        op: 'Sub',
        inputs: [a, b],
        attributes,
        outputs: [{ shape: a.shape, dtype: a.dtype }],
      }),
    )
  }
}
