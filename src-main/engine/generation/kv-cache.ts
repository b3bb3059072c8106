/**
 * What generation keeps between tokens, as variables of the session: the keys and values of every layer, and for models
 * with smear the embedding of the last token.
 *
 * Keys and values are [B * KV, S, D] in the type of the matrix products; S, the capacity, may differ from run to run, so
 * no node here knows it. Places that no token has reached hold zeros, or finite leftovers of an earlier conversation;
 * attention masks them.
 */
import { DType } from '../../native/graph-def'
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
  /** [3] start of the places that are written: 0, position, 0 */
  begin: 'begin',
  /** [3] their end: 0, position + T, 0; the zeros are ignored */
  end: 'end',
  /** [3] shape of an empty cache: B * KV, S, D */
  emptyCache: 'empty_cache',
  /** [3] shape of the embeddings before the first token: B, 1, C */
  emptySmear: 'empty_smear',
  /** [3, 2] zeros to add before and after each dimension of keys and values */
  growth: 'growth',
  /** [3] how often the rows are repeated: times, 1, 1 */
  times: 'times',
} as const

export type CacheKind = 'k' | 'v'

export class KvCache {
  private readonly entries = new Map<string, Variable>()
  private readonly last: Variable | null
  private readonly begin: Value
  private readonly end: Value

  constructor(
    private readonly graph: Graph,
    model: ModelConfig,
    private readonly dtype: number,
  ) {
    this.begin = graph.placeholder(cacheInputs.begin, [3], DType.int32)
    this.end = graph.placeholder(cacheInputs.end, [3], DType.int32)
    for (let layer = 0; layer < model.n_layer; layer++) {
      for (const kind of ['k', 'v'] as const) {
        const name = `cache/${kind}/${layer}`
        this.entries.set(name, addVariable(graph, name, [ANY, ANY, headDim(model)], dtype))
      }
    }
    const { smearAndBackout } = variantOf(model)
    this.last = smearAndBackout
      ? addVariable(graph, 'cache/last', [ANY, 1, model.n_embd], DType.float32)
      : null
  }

  /**
   * Writes a layer's keys or values of the current tokens and reads all of them.
   *
   * @param rows [B * KV, T, D]
   * @returns [B * KV, S, D] in float32, and the same in the type of the cache; and the node that has written
   */
  append(kind: CacheKind, layer: number, rows: Value): { all: Value; stored: Value; written: GraphNode } {
    const variable = this.entries.get(`cache/${kind}/${layer}`)
    if (variable === undefined) throw new RangeError(`no layer ${layer}`)
    const written = this.writePlaces(variable, this.typed(rows))
    const read = readAfter(this.graph, variable, [written])
    const [count = 0, , width = 0] = rows.shape
    const stored = { ...read, shape: [count, SOME_CAPACITY, width] }
    const all = this.dtype === DType.float32 ? stored : cast(this.graph, stored, DType.float32)
    return { all, stored, written }
  }

  /** The embedding before the current tokens [B, 1, C]; undefined where the model has no smear. */
  before(batch: number): Value | undefined {
    if (this.last === null) return undefined
    return { ...this.last.read, shape: [batch, 1, this.last.shape[2] ?? 0] }
  }

  /** Replaces the embedding of the last token by [B, 1, C], once the old one is read. */
  replaceLast(embedding: Value): GraphNode[] {
    return this.last === null ? [] : [assign(this.graph, this.last, embedding, [this.last.read.node])]
  }

  /** Adds the runs that empty the cache, give it more places, and repeat its rows. Each returns its fetch. */
  addRuns(): { empty: string; grow: string; repeat: string } {
    const int32 = (name: string, shape: number[]): Value => this.graph.placeholder(name, shape, DType.int32)
    const [cacheShape, lastShape] = [int32(cacheInputs.emptyCache, [3]), int32(cacheInputs.emptySmear, [3])]
    const [growth, times] = [int32(cacheInputs.growth, [3, 2]), int32(cacheInputs.times, [3])]
    const caches = [...this.entries.values()]
    const all = this.last === null ? caches : [...caches, this.last]
    const fetch = (name: string, nodes: GraphNode[]): string => valueName(after(this.graph, nodes, name))
    const set = (variable: Variable, op: string, input: Value, attribute: string): GraphNode =>
      assign(this.graph, variable, this.changed(variable, op, input, attribute))
    return {
      empty: fetch('emptied', [
        ...caches.map((each) => assign(this.graph, each, this.zeros(each, cacheShape))),
        ...(this.last === null ? [] : [assign(this.graph, this.last, this.zeros(this.last, lastShape))]),
      ]),
      grow: fetch('grown', caches.map((each) => set(each, 'Pad', growth, 'Tpaddings'))), // prettier-ignore
      repeat: fetch('repeated', all.map((each) => set(each, 'Tile', times, 'Tmultiples'))), // prettier-ignore
    }
  }

  private typed(value: Value): Value {
    return value.dtype === this.dtype ? value : cast(this.graph, value, this.dtype)
  }

  private writePlaces(variable: Variable, value: Value): GraphNode {
    const steps = this.graph.constant({ dtype: DType.int32, shape: [3], data: Int32Array.of(1, 1, 1) })
    const mask = (name: string, bits: number) => [name, { kind: 'int', value: bits }] as const
    return this.graph.add({
      op: 'ResourceStridedSliceAssign',
      name: `append/${variable.name}`,
      inputs: [variable.handle, this.begin, this.end, steps, value],
      attributes: {
        T: { kind: 'type', value: this.dtype },
        Index: { kind: 'type', value: DType.int32 },
        ...Object.fromEntries([
          mask('begin_mask', 0b101), // all of the first and the last dimension
          mask('end_mask', 0b101),
          mask('ellipsis_mask', 0),
          mask('new_axis_mask', 0),
          mask('shrink_axis_mask', 0),
        ]),
      },
      outputs: [],
    })
  }

  /** The variable's value after an op whose second input says what becomes of its shape. */
  private changed({ read, shape, dtype }: Variable, op: string, input: Value, attribute: string): Value {
    return valueOf(
      this.graph.add({
        op,
        inputs: [read, input],
        attributes: {
          T: { kind: 'type', value: dtype },
          [attribute]: { kind: 'type', value: DType.int32 },
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
