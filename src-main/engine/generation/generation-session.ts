/**
 * A model that reads prompts and gives logits token by token: the session of a generation graph, and how far its
 * conversations have come.
 *
 * All rows of the cache stand at the same position. The cache grows in steps as the conversations do. A batch of rows
 * that the graph has no pass for makes it open a new session with such a pass, and hand the weights over.
 */
import { setImmediate } from 'node:timers/promises'

import type { FloatArray } from '../../checkpoint/types'
import { MidbenchError } from '../../errors'
import { headDim, type ModelConfig } from '../../model/config.schema'
import { checkParameters } from '../../model/parameters'
import { rotaryValues } from '../../model/rotary'
import { variantOf } from '../../model/variants/variant'
import { type ConstantValue, DType } from '../../native/graph-def'
import { type GraphSession, openGraphSession, type RunOutput } from '../../native/graph-session'
import type { Tensorflow } from '../../native/tensorflow'
import {
  buildGenerationGraph,
  type GenerationGraph,
  inputsOfPass,
  passInputs,
  type PassShape,
} from './generation-graph'
import { cacheInputs } from './kv-cache'
import { beyondReach, reachOf } from './reach'

/** Tokens a pass that reads a prompt: many where much is left, few for the rest. */
const LONG = 256
const SHORT = 32
/** Where more than this is left of a prompt, a long pass takes less time than short ones. */
const WORTH_LONG = 96
/** Prompts of which {@link GenerationSession.lastOf} takes that many at once. */
export const PROMPTS_AT_ONCE = 8
/** Tokens a row of a pass over that many prompts. */
const PART = 128
const SIDE_BY_SIDE: PassShape = { rows: PROMPTS_AT_ONCE, length: PART }
/** The cache's capacity is a multiple of this. */
const STEP = 256

export interface GenerationSessionOptions {
  model: ModelConfig
  /** Type of the matrix products and of the cache. */
  dtype: 'float32' | 'bfloat16'
}

/** What a pass gives for each of its rows. */
export interface Logits {
  /** B arrays [V], within ±15 */
  rows: Float32Array[]
  /** [B] sum of the exponentials of each row's logits; null where it was not asked for */
  sums: Float32Array | null
}

export class GenerationSession {
  private passes: PassShape[] = [1, SHORT, LONG].map((length) => ({ rows: 1, length }))
  private graph: GenerationGraph
  private session: GraphSession
  private isOpen = true
  private rows = 0
  private position = 0
  private capacity = 0
  private places = new Int32Array()

  /**
   * @param parameters the model's, under its parameters' names
   * @throws MidbenchError `graph.memory`, `model.parameters`
   */
  constructor(
    private readonly tensorflow: Pick<Tensorflow, 'binding' | 'memory'>,
    private readonly options: GenerationSessionOptions,
    parameters: ReadonlyMap<string, FloatArray>,
  ) {
    const { graph, session } = this.open(this.passes, parameters)
    this.graph = graph
    this.session = session
  }

  get model(): ModelConfig {
    return this.options.model
  }

  /** Number of tokens that the conversations have so far. */
  get length(): number {
    return this.position
  }

  /**
   * Begins some conversations with the same prompt, and forgets those before.
   *
   * @param ids [T], at least one, at most the model's reach
   * @param count number of conversations, B
   * @returns the one row that they have in common
   * @throws MidbenchError `generation.reach`; the signal's reason where it is aborted
   */
  async begin(ids: Int32Array, count: number, signal: AbortSignal): Promise<Logits> {
    this.ensure({ rows: count, length: 1 })
    this.clear(1)
    for (;;) {
      const left = ids.length - this.position
      const shape = { rows: 1, length: left > WORTH_LONG ? LONG : SHORT }
      const part = new Int32Array(shape.length) // padded behind: nobody sees the places after the last token
      part.set(ids.subarray(this.position, this.position + shape.length))
      if (left > shape.length) this.read(shape, part)
      else {
        const logits = this.logits(shape, part, [left - 1], left, 'chances')
        this.repeat(count)
        return logits
      }
      await setImmediate()
      signal.throwIfAborted()
    }
  }

  /**
   * Adds a token to each conversation.
   *
   * @param ids [B]
   * @param withSums whether the sums are wanted, without which a token takes a little less
   * @throws MidbenchError `generation.reach` where they have as many tokens as the model can take
   */
  next(ids: Int32Array, withSums = false): Logits {
    const shape = { rows: this.rows, length: 1 }
    return this.logits(shape, ids, Array<number>(this.rows).fill(0), 1, withSums ? 'chances' : 'logits')
  }

  /**
   * Logits [V] after the last token of each prompt; the prompts are read side by side, padded behind.
   *
   * @param prompts at most {@link PROMPTS_AT_ONCE}, each of at least one id
   * @param padding an id to pad with, which changes nothing
   * @throws MidbenchError `generation.reach`; the signal's reason where it is aborted
   */
  async lastOf(
    prompts: readonly Int32Array[],
    padding: number,
    signal: AbortSignal,
  ): Promise<Float32Array[]> {
    const found: Float32Array[] = []
    const longest = Math.max(...prompts.map(({ length }) => length))
    this.ensure(SIDE_BY_SIDE)
    this.clear(SIDE_BY_SIDE.rows)
    while (this.position < longest) {
      const from = this.position
      const part = new Int32Array(SIDE_BY_SIDE.rows * PART).fill(padding)
      prompts.forEach((ids, row) => {
        part.set(ids.subarray(from, from + PART), row * PART)
      })
      // The index of each prompt's last token in this part; else of the part's, whose embedding smear needs next.
      const ends = prompts.map(({ length }) => length - 1 - from)
      const isHere = (end: number): boolean => end >= 0 && end < PART
      const last = Array.from({ length: SIDE_BY_SIDE.rows }, (_, row) => ends[row] ?? PART)
      const places = last.map((end) => (isHere(end) ? end : PART - 1))
      const { rows } = this.logits(SIDE_BY_SIDE, part, places, PART, 'logits')
      ends.forEach((end, row) => {
        if (isHere(end)) found[row] = rows[row] ?? new Float32Array()
      })
      await setImmediate()
      signal.throwIfAborted()
    }
    return found
  }

  /** Whether it has no weights any more: it is disposed of, or there was no memory for a pass that it needed. */
  get isClosed(): boolean {
    return !this.isOpen
  }

  /** Frees the weights and the cache; once is enough. */
  dispose(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.free(this.session)
  }

  // ------------------------------------------------------------------------------------------ passes

  /**
   * @param count number of the pass's tokens that are part of the conversations; the rest is padding
   * @param what whether the sums are computed too
   */
  private logits(
    shape: PassShape,
    ids: Int32Array,
    last: readonly number[],
    count: number,
    what: 'logits' | 'chances',
  ): Logits {
    const [logits, , sums] = this.run(shape, ids, last, what)
    this.position += count
    if (!(logits?.data instanceof Float32Array)) throw noOutput('the logits')
    const { data } = logits
    const width = this.model.vocab_size
    const rows = last.map((_, row) => data.subarray(row * width, (row + 1) * width))
    return { rows, sums: sums?.data instanceof Float32Array ? sums.data : null }
  }

  private read(shape: PassShape, ids: Int32Array): void {
    this.run(shape, ids, [], 'read')
    this.position += shape.length
  }

  /** @param last for each row, the index in it of the token whose logits are wanted */
  private run(
    shape: PassShape,
    ids: Int32Array,
    last: readonly number[],
    what: 'logits' | 'chances' | 'read',
  ): RunOutput[] {
    if (this.position >= reachOf(this.model)) throw beyondReach(this.model)
    const { rows, length } = shape
    const fetch = this.graph.pass(shape)?.[what]
    if (fetch === undefined) throw new RangeError(`no pass of ${rows} x ${length}`)
    this.grow(this.position + length)
    const names = inputsOfPass(shape)
    const width = headDim(this.model)
    const base = variantOf(this.model).rotaryBase
    const { cos, sin } = rotaryValues(this.position, length, width, base)
    // The embedding of the last token is kept for smear: without a wish for logits, that of the pass's last token.
    const index = Array.from({ length: rows }, (_, row) => row * length + (last[row] ?? length - 1))
    return this.session.run(
      {
        [names.ids]: int32(ids, [rows * length]),
        [names.cos]: { dtype: DType.float32, shape: [length, width], data: cos },
        [names.sin]: { dtype: DType.float32, shape: [length, width], data: sin },
        [names.last]: int32(index, [rows]),
        [passInputs.first]: int32([this.position], []),
        [passInputs.places]: int32(this.places, [this.capacity]),
        [cacheInputs.begin]: int32([0, this.position, 0], [3]),
        [cacheInputs.end]: int32([0, this.position + length, 0], [3]),
      },
      fetch,
    )
  }

  // ------------------------------------------------------------------------------------------ cache

  /** Repeats the one conversation. */
  private repeat(times: number): void {
    this.rows = times
    if (times > 1) this.session.run({ [cacheInputs.times]: int32([times, 1, 1], [3]) }, [this.graph.repeat])
  }

  private clear(rows: number): void {
    const { n_kv_head: heads, n_embd: width } = this.model
    this.rows = rows
    this.position = 0
    this.resize(STEP)
    const inputs = {
      [cacheInputs.emptyCache]: int32([rows * heads, STEP, headDim(this.model)], [3]),
      [cacheInputs.emptySmear]: int32([rows, 1, width], [3]),
    }
    this.session.run(inputs, [this.graph.empty])
  }

  /** Makes room for that many tokens a row. */
  private grow(wanted: number): void {
    if (wanted <= this.capacity) return
    const capacity = Math.ceil(wanted / STEP) * STEP
    const growth = [0, 0, 0, capacity - this.capacity, 0, 0]
    this.session.run({ [cacheInputs.growth]: int32(growth, [3, 2]) }, [this.graph.grow])
    this.resize(capacity)
  }

  private resize(capacity: number): void {
    this.capacity = capacity
    this.places = Int32Array.from({ length: capacity }, (_, place) => place)
  }

  // ------------------------------------------------------------------------------------------ session

  /** Makes sure that there is such a pass: a new session with it takes the weights over. The cache is lost. */
  private ensure(shape: PassShape): void {
    if (this.graph.pass(shape) !== undefined) return
    const parameters = this.parameters()
    this.dispose() // first, since there may be no memory for two
    const passes = [...this.passes, shape]
    const { graph, session } = this.open(passes, parameters)
    this.passes = passes
    this.graph = graph
    this.session = session
    this.isOpen = true
  }

  private parameters(): Map<string, FloatArray> {
    const { graph, session } = this
    const read = (name: string): [string, FloatArray] => {
      const [value] = session.run({}, [graph.parameter(name)])
      if (!(value?.data instanceof Float32Array)) throw noOutput(name)
      return [name, { shape: value.shape, data: value.data }]
    }
    return new Map([...graph.shapes.keys()].map(read))
  }

  /** Opens a session with these passes and weights; nothing of it is left where that fails. */
  private open(
    passes: readonly PassShape[],
    parameters: ReadonlyMap<string, FloatArray>,
  ): { graph: GenerationGraph; session: GraphSession } {
    checkParameters(new Map([...parameters].map(([name, { shape }]) => [name, shape])), this.model)
    const graph = buildGenerationGraph({ ...this.options, passes })
    const session = openGraphSession(this.tensorflow.binding, graph.nodes)
    try {
      for (const [name, { shape, data }] of parameters) {
        const value = new Map([[name, { dtype: DType.float32, shape, data }]]) // one at a time: less memory
        session.run(graph.set.inputs(value), graph.set.outputs(value))
      }
      return { graph, session }
    } catch (error) {
      this.free(session)
      throw error
    }
  }

  private free(session: GraphSession): void {
    session.dispose()
    this.tensorflow.memory.release()
  }
}

function int32(values: ArrayLike<number>, shape: readonly number[]): ConstantValue {
  return { dtype: DType.int32, shape, data: values instanceof Int32Array ? values : Int32Array.from(values) }
}

function noOutput(what: string): MidbenchError {
  return new MidbenchError({ code: 'graph.run', message: `TensorFlow gave nothing for ${what}.` })
}
