/**
 * What generation keeps between tokens, as variables of the session: the keys and values of every layer, and for models
 * with smear the embedding of the last token. Each row is a conversation.
 *
 * Keys and values are [B, KV, S, D] in the type of the matrix products; the rows B and the capacity S may differ from run
 * to run, so no node here knows them. Places that no token has reached hold zeros, or finite leftovers of an earlier
 * conversation; attention masks them.
 */
import { type Attribute, DType } from '../../native/graph-def'
import type { ModelConfig } from '../../model/config.schema'
import { headDim } from '../../model/config.schema'
import { variantOf } from '../../model/variants/variant'
import { type Graph, type GraphNode, type Value, valueName, valueOf } from '../graph/graph'
import { cast } from '../graph/precision'
import { addVariable, after, assign, readAfter, type Variable } from '../graph/variables'

/** The capacity that recorded shapes name; nodes work with any other. */
export const SOME_CAPACITY = 256

/** A dimension that is known only when the graph runs. */
const ANY = -1

/** Inputs that say what to do with the cache, by their placeholders' names. */
export const cacheInputs = {
  /** [4] shape of an empty cache: B, KV, S, D */
  emptyCache: 'empty_cache',
  /** [4] shape of the embeddings before the first token: B, 1, 1, C */
  emptySmear: 'empty_smear',
  /** [4, 2] zeros to add before and after each dimension of keys and values */
  growth: 'growth',
  /** Indices of the rows that are kept, each as often as it is named. */
  kept: 'kept',
} as const

export type CacheKind = 'k' | 'v'

/** Where a pass writes: places of some rows, one after another. */
export interface Stretch {
  /** [4] first row, 0, first place, 0 */
  begin: Value
  /** [4] their ends: row, 0, place, 0 */
  end: Value
}

/** Dimensions of which begin and end say nothing, as bits: all but row and place, and all but the row. */
const BUT_ROW_AND_PLACE = 0b1010
const BUT_ROW = 0b1110

export class KvCache {
  private readonly entries = new Map<string, Variable>()
  private readonly last: Variable | null

  constructor(
    private readonly graph: Graph,
    model: ModelConfig,
    private readonly dtype: number,
  ) {
    for (let layer = 0; layer < model.n_layer; layer++) {
      for (const kind of ['k', 'v'] as const) {
        const name = `cache/${kind}/${layer}`
        this.entries.set(name, addVariable(graph, name, [ANY, model.n_kv_head, ANY, headDim(model)], dtype))
      }
    }
    const { smearAndBackout } = variantOf(model)
    this.last = smearAndBackout
      ? addVariable(graph, 'cache/last', [ANY, 1, 1, model.n_embd], DType.float32)
      : null
  }

  /**
   * Writes a layer's keys or values of the current tokens, and reads all of those rows.
   *
   * @param rows [B, KV, T, D]
   * @param stretches one for all of them, or one for each row of a pass over all rows of the cache
   * @returns [B, KV, S, D] in float32, and the same in the type of the cache; and the node that has written
   */
  append(
    kind: CacheKind,
    layer: number,
    rows: Value,
    stretches: readonly Stretch[],
  ): { all: Value; stored: Value; written: GraphNode[] } {
    const variable = this.entries.get(`cache/${kind}/${layer}`)
    if (variable === undefined) throw new RangeError(`no layer ${layer}`)
    const parts = this.parts(this.typed(rows), stretches.length)
    const written = stretches.map((stretch, i) => {
      return this.write(variable, stretch, BUT_ROW_AND_PLACE, at(parts, i), [])
    })
    const read = readAfter(this.graph, variable, written)
    const [count = 0, heads = 0, , width = 0] = rows.shape
    const shape = [count, heads, SOME_CAPACITY, width]
    const [only, ...others] = stretches
    const stored = only && others.length === 0 ? this.rowsOf(read, only, shape) : { ...read, shape }
    const all = this.dtype === DType.float32 ? stored : cast(this.graph, stored, DType.float32)
    return { all, stored, written }
  }

  /** The embeddings before the current tokens [B, 1, 1, C]; undefined where the model has no smear. */
  before(batch: number, stretches: readonly Stretch[]): Value | undefined {
    if (this.last === null) return undefined
    const { read } = this.last
    const shape = [batch, 1, 1, this.last.shape[3] ?? 0]
    const [only, ...others] = stretches
    return only && others.length === 0 ? this.rowsOf(read, only, shape) : { ...read, shape }
  }

  /**
   * Replaces the embeddings of the last tokens.
   *
   * @param embeddings [B, 1, 1, C]
   * @param earlier {@link before} of the same rows, which is read first
   */
  replaceLast(embeddings: Value, earlier: Value, stretches: readonly Stretch[]): GraphNode[] {
    if (this.last === null) return []
    const [only, ...others] = stretches
    return only && others.length === 0
      ? [this.write(this.last, only, BUT_ROW, embeddings, [earlier.node])]
      : [assign(this.graph, this.last, embeddings, [earlier.node])]
  }

  /** Adds the runs that empty the cache, give it more places, and choose among its rows. Each returns its fetch. */
  addRuns(): { empty: string; grow: string; keep: string } {
    const int32 = (name: string, shape: number[]): Value => this.graph.placeholder(name, shape, DType.int32)
    const [cacheShape, lastShape] = [int32(cacheInputs.emptyCache, [4]), int32(cacheInputs.emptySmear, [4])]
    const [growth, kept] = [int32(cacheInputs.growth, [4, 2]), int32(cacheInputs.kept, [ANY])]
    const caches = [...this.entries.values()]
    const all = this.last === null ? caches : [...caches, this.last]
    const fetch = (name: string, nodes: GraphNode[]): string => valueName(after(this.graph, nodes, name))
    return {
      empty: fetch('emptied', [
        ...caches.map((each) => assign(this.graph, each, this.zeros(each, cacheShape))),
        ...(this.last === null ? [] : [assign(this.graph, this.last, this.zeros(this.last, lastShape))]),
      ]),
      grow: fetch('grown', caches.map((each) => assign(this.graph, each, this.padded(each, growth)))), // prettier-ignore
      keep: fetch('kept_rows', all.map((each) => assign(this.graph, each, this.chosen(each, kept)))), // prettier-ignore
    }
  }

  private typed(value: Value): Value {
    return value.dtype === this.dtype ? value : cast(this.graph, value, this.dtype)
  }

  /** [B, ..] as B times [1, ..], or as a whole. */
  private parts(rows: Value, count: number): Value[] {
    if (count === 1) return [rows]
    const axis = this.graph.constant({ dtype: DType.int32, shape: [], data: Int32Array.of(0) })
    const shape = [1, ...rows.shape.slice(1)]
    const node = this.graph.add({
      op: 'Split',
      inputs: [axis, rows],
      attributes: {
        T: { kind: 'type', value: rows.dtype },
        num_split: { kind: 'int', value: count },
      },
      outputs: Array.from({ length: count }, () => ({ shape, dtype: rows.dtype })),
    })
    return node.outputs.map((_, i) => valueOf(node, i))
  }

  /** @param masked dimensions that are written as a whole, as bits */
  private write(
    variable: Variable,
    { begin, end }: Stretch,
    masked: number,
    value: Value,
    order: readonly GraphNode[],
  ): GraphNode {
    return this.graph.add({
      op: 'ResourceStridedSliceAssign',
      name: `append/${variable.name}`,
      inputs: [variable.handle, begin, end, this.ones(), value],
      after: order,
      attributes: { T: { kind: 'type', value: variable.dtype }, ...sliceAttributes(masked) },
      outputs: [],
    })
  }

  /** A pass's rows of a variable, of which no copy is made. */
  private rowsOf(read: Value, { begin, end }: Stretch, shape: readonly number[]): Value {
    return valueOf(
      this.graph.add({
        op: 'StridedSlice',
        name: 'rows',
        inputs: [read, begin, end, this.ones()],
        attributes: { T: { kind: 'type', value: read.dtype }, ...sliceAttributes(BUT_ROW) },
        outputs: [{ shape, dtype: read.dtype }],
      }),
    )
  }

  private ones(): Value {
    return this.graph.constant({ dtype: DType.int32, shape: [4], data: Int32Array.of(1, 1, 1, 1) })
  }

  private padded({ read, shape, dtype }: Variable, growth: Value): Value {
    return valueOf(
      this.graph.add({
        op: 'Pad',
        inputs: [read, growth],
        attributes: {
          T: { kind: 'type', value: dtype },
          Tpaddings: { kind: 'type', value: DType.int32 },
        },
        outputs: [{ shape, dtype }],
      }),
    )
  }

  private chosen({ read, shape, dtype }: Variable, rows: Value): Value {
    const axis = this.graph.constant({ dtype: DType.int32, shape: [], data: Int32Array.of(0) })
    return valueOf(
      this.graph.add({
        op: 'GatherV2',
        inputs: [read, rows, axis],
        attributes: {
          Tparams: { kind: 'type', value: dtype },
          Tindices: { kind: 'type', value: DType.int32 },
          Taxis: { kind: 'type', value: DType.int32 },
          batch_dims: { kind: 'int', value: 0 },
        },
        outputs: [{ shape, dtype }],
      }),
    )
  }

  private zeros({ shape, dtype }: Variable, dimensions: Value): Value {
    const zero = this.graph.constant({ dtype: DType.float32, shape: [], data: Float32Array.of(0) })
    return valueOf(
      this.graph.add({
        op: 'Fill',
        name: 'empty',
        inputs: [dimensions, dtype === DType.float32 ? zero : cast(this.graph, zero, dtype)],
        attributes: { T: { kind: 'type', value: dtype }, index_type: { kind: 'type', value: DType.int32 } },
        outputs: [{ shape, dtype }],
      }),
    )
  }
}

/** Attributes of a slice, of which some dimensions are taken as a whole. */
function sliceAttributes(masked: number): Record<string, Attribute> {
  const mask = (name: string, value: number) => [name, { kind: 'int', value }] as const
  return {
    Index: { kind: 'type', value: DType.int32 },
    ...Object.fromEntries([
      mask('begin_mask', masked),
      mask('end_mask', masked),
      mask('ellipsis_mask', 0),
      mask('new_axis_mask', 0),
      mask('shrink_axis_mask', 0),
    ]),
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`)
  return item
}
