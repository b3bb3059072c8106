/**
 * The graph of generation: passes over the next tokens of some conversations, which see what came before them in the
 * cache (kv-cache.ts), and give the logits of one place a row.
 *
 * A pass has a fixed shape, B rows of T tokens: T = 1 to decode, more to read prompts. All passes share weights and
 * cache. In bfloat16 the weights that are only multiplied are stored in bfloat16, so that a token reads half as much.
 */
import * as tf from '@tensorflow/tfjs-core'

import { headDim, type ModelConfig } from '../../model/config.schema'
import { type Places, streamAt } from '../../model/gpt'
import { parameterShapes } from '../../model/parameters'
import { rotate, type RotaryTable } from '../../model/rotary'
import { softcap } from '../../model/softcap'
import { windowSizes } from '../../model/windows'
import { DType, type NodeDef } from '../../native/graph-def'
import { Graph, type GraphNode, toNodeDefs, type Value, valueName, valueOf } from '../graph/graph'
import { useBfloat16Products } from '../graph/precision'
import { type Recording, record } from '../graph/recorder'
import { after, type Setter, unstacked } from '../graph/variables'
import { type CacheKind, KvCache, SOME_CAPACITY, type Stretch } from './kv-cache'
import { Weights } from './generation-weights'
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
  /** The same, with [B] sums of the logits' exponentials between them, which cost a twentieth of a token. */
  chances: string[]
  /** [B] the likeliest token after each row's last, [B] its product with the head, and that the cache is written. */
  best: string[]
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
  keep: string
}

/** Input of every pass, [S] 0 to S - 1; those of the cache are in kv-cache.ts. */
export const PLACES = 'places'

/** Inputs of one pass: the names of its placeholders. W is the number of stretches that it writes. */
export function inputsOfPass(
  shape: PassShape,
): Record<'ids' | 'cos' | 'sin' | 'first' | 'begin' | 'end' | 'last', string> {
  const prefix = `pass/${keyOf(shape)}`
  return {
    /** [B * T] */
    ids: `${prefix}/ids`,
    /** [W, T, D] each, as RotaryTable */
    cos: `${prefix}/cos`,
    sin: `${prefix}/sin`,
    /** [W, 1, 1, 1] position of the first tokens */
    first: `${prefix}/first`,
    /** [W, 4] each, as Stretch */
    begin: `${prefix}/begin`,
    end: `${prefix}/end`,
    /** [B] index, in [B * T], of each row's token whose logits are wanted */
    last: `${prefix}/last`,
  }
}

/**
 * Number of stretches of the cache that a pass writes: a pass of a token a row is over all rows of the cache, which may
 * stand at different places; any other begins at one place, in some rows.
 */
export function stretchesOf({ rows, length }: PassShape): number {
  return length === 1 ? rows : 1
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
    name: PLACES,
    attributes: { dtype: { kind: 'type', value: DType.int32 }, shape: { kind: 'shape', value: [-1] } },
    outputs: [{ shape: [SOME_CAPACITY], dtype: DType.int32 }],
  })
  return valueOf(node)
}

interface Shared {
  graph: Graph
  model: ModelConfig
  weights: Weights
  cache: KvCache
  places: Value
  /** bfloat16 values that are there already, by the names of their float32 ones. */
  narrow: Map<string, Value>
}

function addPass(shared: Shared, shape: PassShape): PassFetch {
  const { graph, model, weights, cache } = shared
  const { rows, length } = shape
  const inputs = addInputs(graph, shape, headDim(model))
  const written: GraphNode[] = []
  const { logits, sums, best, most } = record(graph, (recording) => {
    const lastRows = recording.tensor(inputs.last).as1D()
    const first = recording.tensor(inputs.first)
    const before = (embedded: tf.Tensor): tf.Tensor => {
      const earlier = cache.before(rows, inputs.stretches)
      if (earlier === undefined) throw new RangeError('only models with smear ask for it')
      const newest = tf.reshape(tf.gather(embedded, lastRows), [rows, 1, 1, -1])
      written.push(...cache.replaceLast(recording.value(newest), earlier, inputs.stretches))
      const isThere = tf.cast(tf.greater(first, tf.scalar(0, 'int32')), 'float32') // not of an earlier conversation
      return tf.reshape(tf.mul(recording.tensor(earlier), isThere), [rows, -1])
    }
    const params = weights.tensors(recording)
    const stream = streamAt(params, model, {
      batch: rows,
      length,
      ids: recording.tensor(inputs.ids).as1D(),
      rotate: rotateWith({ cos: recording.tensor(inputs.cos), sin: recording.tensor(inputs.sin) }, rows),
      attend: attendWith(shared, recording, { rows, first, length, stretches: inputs.stretches, written }),
      before,
    })
    return headOf(recording, weights.timesHead(recording, tf.gather(stream, lastRows)), model)
  })
  const done = after(graph, written, `pass/${keyOf(shape)}/written`)
  const names = (...values: Value[]): string[] => [...values, done].map(valueName)
  return { logits: names(logits), chances: names(logits, sums), best: names(best, most), read: names() }
}

interface PassInputs extends Record<'ids' | 'cos' | 'sin' | 'first' | 'last', Value> {
  stretches: Stretch[]
}

function addInputs(graph: Graph, shape: PassShape, width: number): PassInputs {
  const { rows, length } = shape
  const names = inputsOfPass(shape)
  const count = stretchesOf(shape)
  const int32 = (name: string, of: number[]): Value => graph.placeholder(name, of, DType.int32)
  const float32 = (name: string, of: number[]): Value => graph.placeholder(name, of, DType.float32)
  const [begins, ends] = [int32(names.begin, [count, 4]), int32(names.end, [count, 4])].map((each) => {
    return unstacked(graph, each)
  })
  return {
    ids: int32(names.ids, [rows * length]),
    cos: float32(names.cos, [count, length, width]),
    sin: float32(names.sin, [count, length, width]),
    first: int32(names.first, [count, 1, 1, 1]),
    last: int32(names.last, [rows]),
    stretches: (begins ?? []).flatMap((begin, i) => {
      const end = ends?.[i]
      return end === undefined ? [] : [{ begin, end }]
    }),
  }
}

/** Rotates heads [B * heads, T, D] by a table for all rows, or by one of a token for each. */
function rotateWith(table: RotaryTable, rows: number): Places['rotate'] {
  const [count = 0, , width = 0] = table.cos.shape
  if (count === 1) return (x) => rotate(x, table)
  return (x) => tf.reshape(rotate(tf.reshape(x, [rows, -1, width]), table), x.shape)
}

/**
 * Logits [B, V] of products [B, V padded], and the sums [B] of their exponentials, which the softcap keeps small. The
 * likeliest token needs no softcap, which keeps the order.
 */
function headOf(recording: Recording, products: tf.Tensor, model: ModelConfig) {
  const [rows = 0] = products.shape
  const raw = tf.slice(products, [0, 0], [rows, model.vocab_size])
  const logits = tf.mul(tf.tanh(tf.mul(raw, 1 / softcap)), softcap)
  const best = tf.argMax(raw, -1)
  const most = tf.gatherND(raw, tf.stack([tf.range(0, rows, 1, 'int32'), best], 1))
  const found = { logits, sums: tf.sum(tf.exp(logits), -1), best, most }
  const value = (of: keyof typeof found): Value => recording.value(found[of])
  return { logits: value('logits'), sums: value('sums'), best: value('best'), most: value('most') }
}

interface Attended {
  rows: number
  length: number
  /** [W, 1, 1, 1] */
  first: tf.Tensor
  stretches: readonly Stretch[]
  /** Gets the nodes that write the cache. */
  written: GraphNode[]
}

/** Attention of the pass's T tokens to all places of the cache that they see. */
function attendWith(
  { model, cache, places, narrow }: Shared,
  recording: Recording,
  { rows, length, first, stretches, written }: Attended,
): Places['attend'] {
  const windows = windowSizes(model)
  const { n_kv_head: keyHeads } = model
  const group = model.n_head / keyHeads
  const width = headDim(model)
  const masks = new Map<number, Value>()
  const maskOf = (window: number): tf.Tensor => {
    const known = masks.get(window)
    if (known) return recording.tensor(known)
    const own = tf.tile(tf.range(0, length, 1, 'int32'), [group]) // one query head of a group after another
    const queries = tf.add(tf.reshape(own, [group * length, 1]), first) // [W, 1, G * T, 1]
    const distance = tf.sub(queries, recording.tensor(places)) // [W, 1, G * T, S]
    const causal = tf.greaterEqual(distance, tf.scalar(0, 'int32'))
    const near = tf.lessEqual(distance, tf.scalar(window, 'int32'))
    const mask = tf.cast(tf.logicalAnd(causal, near), 'float32')
    masks.set(window, recording.value(mask))
    return mask
  }
  const stored = (kind: CacheKind, layer: number, heads: tf.Tensor): tf.Tensor => {
    const own = tf.reshape(heads, [rows, keyHeads, length, width])
    const appended = cache.append(kind, layer, recording.value(own), stretches)
    if (appended.all !== appended.stored) narrow.set(valueName(appended.all), appended.stored)
    written.push(...appended.written)
    return recording.tensor(appended.all)
  }
  return (q, k, v, layer) => {
    const [keys, values] = [stored('k', layer, k), stored('v', layer, v)] // [B, KV, S, D]
    const queries = tf.reshape(q, [rows, keyHeads, group * length, width])
    const scores = tf.exp(tf.matMul(queries, keys, false, true)) // [B, KV, G * T, S]
    const seen = tf.mul(scores, maskOf(windows[layer] ?? 0))
    const sums = tf.sum(seen, -1, true)
    return tf.reshape(tf.div(tf.matMul(seen, values), sums), q.shape)
  }
}
