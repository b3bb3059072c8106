/**
 * The graph of generation: passes over the next tokens of some conversations, which see what came before them in the
 * cache (kv-cache.ts), and give the logits of one place a row.
 *
 * A pass has a fixed shape, B rows of T tokens: T = 1 to decode, more to read a prompt. All passes share weights and
 * cache. In bfloat16 the weights that are only multiplied are stored in bfloat16, so that a token reads half as much.
 */
import * as tf from '@tensorflow/tfjs-core'

import { headDim, type ModelConfig } from '../../model/config.schema'
import { streamAt } from '../../model/gpt'
import { parameterShapes } from '../../model/parameters'
import { softcap } from '../../model/softcap-loss'
import { windowSizes } from '../../model/windows'
import { DType, type NodeDef } from '../../native/graph-def'
import { Graph, type GraphNode, toNodeDefs, type Value, valueName, valueOf } from '../graph/graph'
import { cast, useBfloat16Products } from '../graph/precision'
import { type Recording, record } from '../graph/recorder'
import { addSetters, addVariable, after, type Setter, turned, type Variable } from '../graph/variables'
import { type CacheKind, KvCache, SOME_CAPACITY } from './kv-cache'
import { leaveUncompiled, usePlainProducts } from './plain-products'

/** Rows B and tokens a row T of a pass. */
export interface PassShape {
  rows: number
  length: number
}

export interface GenerationGraphOptions {
  model: ModelConfig
  /** Type of the matrix products and of the cache. */
  dtype: 'float32' | 'bfloat16'
  passes: readonly PassShape[]
}

/** The outputs of a pass. */
export interface PassFetch {
  /** [B, V] logits after each row's last token, and that the cache is written. */
  logits: string[]
  /** The same, and [B] sums of the logits' exponentials, which cost a twentieth of a token. */
  chances: string[]
  /** Only writes the cache: for a part of a prompt that is not its last. */
  read: string[]
}

export interface GenerationGraph {
  nodes: NodeDef[]
  /** Shape of every parameter, by name. */
  shapes: ReadonlyMap<string, readonly number[]>
  set: Setter
  /** The value of a parameter, in float32. */
  parameter(name: string): string
  pass(shape: PassShape): PassFetch | undefined
  empty: string
  grow: string
  repeat: string
}

/** Inputs of every pass, by their placeholders' names; those of the cache are in kv-cache.ts. */
export const passInputs = {
  /** [S] 0 to S - 1 */
  places: 'places',
  /** Position of the pass's first token. */
  first: 'first',
}

/** Inputs of one pass: the names of its placeholders. */
export function inputsOfPass({ rows, length }: PassShape): Record<'ids' | 'cos' | 'sin' | 'last', string> {
  const prefix = `pass/${rows}x${length}`
  return {
    /** [B * T] */
    ids: `${prefix}/ids`,
    /** [T, D] each, as RotaryTable */
    cos: `${prefix}/cos`,
    sin: `${prefix}/sin`,
    /** [B] index, in [B * T], of each row's token whose logits are wanted */
    last: `${prefix}/last`,
  }
}

/** Records the graph; this takes well under a second and no tensor memory, whatever the sizes. */
export function buildGenerationGraph({ model, dtype, passes }: GenerationGraphOptions): GenerationGraph {
  const graph = new Graph()
  const shapes = parameterShapes(model)
  const weights = new Weights(graph, shapes, dtype)
  const shared: Shared = {
    graph,
    model,
    weights,
    cache: new KvCache(graph, model, DType[dtype]),
    places: placesInput(graph),
    first: graph.placeholder(passInputs.first, [], DType.int32),
    narrow: new Map(weights.narrow),
  }
  const fetches = new Map(passes.map((shape) => [keyOf(shape), addPass(shared, shape)]))
  const runs = shared.cache.addRuns()
  usePlainProducts(graph)
  if (dtype === 'bfloat16') useBfloat16Products(graph, undefined, shared.narrow)
  leaveUncompiled(graph)
  return {
    nodes: toNodeDefs(graph),
    shapes,
    set: weights.set,
    parameter: (name) => weights.wideName(name),
    pass: (shape) => fetches.get(keyOf(shape)),
    ...runs,
  }
}

function keyOf({ rows, length }: PassShape): string {
  return `${rows}x${length}`
}

/** The places [S] of the cache: how many there are is known only when the graph runs. */
function placesInput(graph: Graph): Value {
  const node = graph.add({
    op: 'Placeholder',
    name: passInputs.places,
    attributes: { dtype: { kind: 'type', value: DType.int32 }, shape: { kind: 'shape', value: [-1] } },
    outputs: [{ shape: [SOME_CAPACITY], dtype: DType.int32 }],
  })
  return valueOf(node)
}

/** In float32 it is stored transposed: one row times it is then a fifth faster. In bfloat16 that is half as fast. */
const HEAD = 'lm_head.weight'

/** The parameters' variables, and for those stored in bfloat16 their values in both types. */
class Weights {
  readonly set: Setter
  /** The bfloat16 values, by the names of their float32 ones. */
  readonly narrow = new Map<string, Value>()
  private readonly wide = new Map<string, Value>()
  private stored: { head: Value; isTurned: boolean } | undefined

  constructor(
    graph: Graph,
    shapes: ReadonlyMap<string, readonly number[]>,
    dtype: GenerationGraphOptions['dtype'],
  ) {
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

interface Shared {
  graph: Graph
  model: ModelConfig
  weights: Weights
  cache: KvCache
  places: Value
  first: Value
  /** bfloat16 values that are there already, by the names of their float32 ones. */
  narrow: Map<string, Value>
}

function addPass(shared: Shared, shape: PassShape): PassFetch {
  const { graph, model, weights, cache } = shared
  const { rows, length } = shape
  const names = inputsOfPass(shape)
  const width = headDim(model)
  const ids = graph.placeholder(names.ids, [rows * length], DType.int32)
  const last = graph.placeholder(names.last, [rows], DType.int32)
  const cos = graph.placeholder(names.cos, [length, width], DType.float32)
  const sin = graph.placeholder(names.sin, [length, width], DType.float32)
  const written: GraphNode[] = []
  const { logits, sums } = record(graph, (recording) => {
    const lastRows = recording.tensor(last).as1D()
    const before = (embedded: tf.Tensor): tf.Tensor => {
      const earlier = cache.before(rows)
      if (earlier === undefined) throw new RangeError('only models with smear ask for it')
      const newest = tf.reshape(tf.gather(embedded, lastRows), [rows, 1, -1])
      written.push(...cache.replaceLast(recording.value(newest)))
      return tf.reshape(recording.tensor(earlier), [rows, -1])
    }
    const params = weights.tensors(recording)
    const stream = streamAt(params, model, {
      batch: rows,
      length,
      ids: recording.tensor(ids).as1D(),
      rotary: { cos: recording.tensor(cos), sin: recording.tensor(sin) },
      attend: attendWith(shared, recording, length, written),
      before,
    })
    return headOf(recording, weights.timesHead(recording, tf.gather(stream, lastRows)), model)
  })
  const done = after(graph, written, `${names.ids}/written`)
  const fetch = [logits, done].map(valueName)
  return { logits: fetch, chances: [...fetch, valueName(sums)], read: [valueName(done)] }
}

/** Logits [B, V] of products [B, V padded], and the sums [B] of their exponentials, which the softcap keeps small. */
function headOf(recording: Recording, products: tf.Tensor, model: ModelConfig) {
  const [rows = 0] = products.shape
  const raw = tf.slice(products, [0, 0], [rows, model.vocab_size])
  const logits = tf.mul(tf.tanh(tf.mul(raw, 1 / softcap)), softcap)
  return { logits: recording.value(logits), sums: recording.value(tf.sum(tf.exp(logits), -1)) }
}

/** Attention of the pass's T tokens to all places of the cache that they see. */
function attendWith(
  { model, cache, places, first, narrow }: Shared,
  recording: Recording,
  length: number,
  written: GraphNode[],
) {
  const windows = windowSizes(model)
  const group = model.n_head / model.n_kv_head
  const masks = new Map<number, Value>()
  const maskOf = (window: number): tf.Tensor => {
    const known = masks.get(window)
    if (known) return recording.tensor(known)
    const own = tf.tile(tf.range(0, length, 1, 'int32'), [group]) // one query head of a group after another
    const queries = tf.reshape(tf.add(own, recording.tensor(first)), [group * length, 1])
    const distance = tf.sub(queries, recording.tensor(places)) // [G * T, S]
    const causal = tf.greaterEqual(distance, tf.scalar(0, 'int32'))
    const near = tf.lessEqual(distance, tf.scalar(window, 'int32'))
    const mask = tf.cast(tf.logicalAnd(causal, near), 'float32')
    masks.set(window, recording.value(mask))
    return mask
  }
  const stored = (kind: CacheKind, layer: number, rows: tf.Tensor): tf.Tensor => {
    const appended = cache.append(kind, layer, recording.value(rows))
    if (appended.all !== appended.stored) narrow.set(valueName(appended.all), appended.stored)
    written.push(appended.written)
    return recording.tensor(appended.all)
  }
  return (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, layer: number): tf.Tensor => {
    const [keys, values] = [stored('k', layer, k), stored('v', layer, v)] // [N, S, D]
    const [count = 0, , width = 0] = keys.shape
    const queries = tf.reshape(q, [count, group * length, width])
    const scores = tf.exp(tf.matMul(queries, keys, false, true)) // [N, G * T, S]
    const seen = tf.mul(scores, maskOf(windows[layer] ?? 0))
    const sums = tf.sum(seen, -1, true)
    return tf.reshape(tf.div(tf.matMul(seen, values), sums), q.shape)
  }
}
