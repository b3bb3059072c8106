/**
 * A model that reads prompts and gives logits token by token: passes over its conversations (passes.ts), and how far each
 * of them has come.
 *
 * Each row of the cache is a conversation and stands at a position of its own. The cache grows in steps as the longest of
 * them does.
 */
import { setImmediate } from 'node:timers/promises'

import type { FloatArray } from '../../checkpoint/types'
import { headDim, type ModelConfig } from '../../model/config.schema'
import { rotaryValues } from '../../model/rotary'
import { variantOf } from '../../model/variants/variant'
import { type ConstantValue, DType } from '../../native/graph-def'
import type { RunOutput } from '../../native/graph-session'
import type { Tensorflow } from '../../native/tensorflow'
import { inputsOfPass, type PassFetch, type PassShape, PLACES, stretchesOf } from './generation-graph'
import { cacheInputs } from './kv-cache'
import { noOutput, Passes } from './passes'
import { beyondReach, reachOf } from './reach'
import { notFinite } from './sampling'

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

/** Where a pass begins in the cache. */
interface Place {
  row: number
  position: number
}

export class GenerationSession {
  private readonly passes: Passes
  /** Of each row, the number of its tokens. */
  private positions: number[] = []
  private capacity = 0
  private places = new Int32Array()
  private rotary: Record<'cos' | 'sin', Float32Array> = { cos: new Float32Array(), sin: new Float32Array() }

  /**
   * @param parameters the model's, under its parameters' names
   * @throws MidbenchError `graph.memory`, `model.parameters`
   */
  constructor(
    tensorflow: Pick<Tensorflow, 'binding' | 'memory'>,
    readonly options: GenerationSessionOptions,
    parameters: ReadonlyMap<string, FloatArray>,
  ) {
    const reading = [1, SHORT, LONG].map((length) => ({ rows: 1, length }))
    this.passes = new Passes(tensorflow, options, reading, parameters)
  }

  get model(): ModelConfig {
    return this.options.model
  }

  /** Number of tokens that each conversation has so far. */
  get lengths(): readonly number[] {
    return this.positions
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
    this.passes.ensure([{ rows: count, length: 1 }])
    this.clear(1)
    const logits = await this.read(0, ids, signal)
    if (count > 1) this.keep(Array<number>(count).fill(0))
    return logits
  }

  /**
   * Forgets all conversations, and makes rows for others.
   *
   * @param counts the numbers of rows that there will be, in the order in which `keep` leaves them
   */
  makeRows(counts: readonly number[]): void {
    this.passes.ensure(counts.map((rows) => ({ rows, length: 1 })))
    this.clear(counts[0] ?? 0)
  }

  /**
   * Begins a conversation in a row, and forgets the one before. The others wait.
   *
   * @param ids [T], at least one, at most the model's reach
   * @returns one row
   * @throws MidbenchError `generation.reach`; the signal's reason where it is aborted
   */
  async read(row: number, ids: Int32Array, signal: AbortSignal): Promise<Logits> {
    for (let from = 0; ;) {
      const left = ids.length - from
      const shape = { rows: 1, length: left > WORTH_LONG ? LONG : SHORT }
      const part = new Int32Array(shape.length) // padded behind: nobody sees the places after the last token
      part.set(ids.subarray(from, from + shape.length))
      const isLast = left <= shape.length
      const place = { row, position: from }
      const count = Math.min(left, shape.length)
      const outputs = this.run(shape, part, [count - 1], [place], isLast ? 'chances' : 'read')
      from += count
      this.positions[row] = from
      if (isLast) return this.logitsOf(outputs, 1)
      await setImmediate()
      signal.throwIfAborted()
    }
  }

  /**
   * Adds a token to each conversation.
   *
   * @param ids [B]; null for a row whose conversation has ended: its logits mean nothing
   * @param withSums whether the sums are wanted, without which a token takes a little less
   * @throws MidbenchError `generation.reach` where one has as many tokens as the model can take
   */
  next(ids: ArrayLike<number | null>, withSums = false): Logits {
    return this.logitsOf(this.step(ids, withSums ? 'chances' : 'logits'), this.positions.length)
  }

  /**
   * {@link next} where only the likeliest token is wanted, which for many rows takes much less.
   *
   * @returns [B] ids; of tokens that tie, the lowest
   * @throws MidbenchError also `generation.not-finite`
   */
  nextBest(ids: ArrayLike<number | null>): Int32Array {
    const [best, most] = this.step(ids, 'best')
    if (!(best?.data instanceof Int32Array) || !(most?.data instanceof Float32Array))
      throw noOutput('a token')
    const { data } = most
    if (Array.from(ids).some((id, row) => id !== null && !Number.isFinite(data[row]))) throw notFinite()
    return best.data
  }

  /** Keeps these rows, each as often as it is named. */
  keep(rows: readonly number[]): void {
    this.passes.run({ [cacheInputs.kept]: int32(rows, [rows.length]) }, [this.passes.graph.keep])
    this.positions = rows.map((row) => this.positions[row] ?? 0)
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
    this.passes.ensure([SIDE_BY_SIDE])
    this.clear(SIDE_BY_SIDE.rows)
    for (let from = 0; from < longest; from += PART) {
      const part = new Int32Array(SIDE_BY_SIDE.rows * PART).fill(padding)
      prompts.forEach((ids, row) => {
        part.set(ids.subarray(from, from + PART), row * PART)
      })
      // The index of each prompt's last token in this part; else of the part's, whose embedding smear needs next.
      const ends = prompts.map(({ length }) => length - 1 - from)
      const isHere = (end: number): boolean => end >= 0 && end < PART
      const last = Array.from({ length: SIDE_BY_SIDE.rows }, (_, row) => ends[row] ?? PART)
      const places = last.map((end) => (isHere(end) ? end : PART - 1))
      const outputs = this.run(SIDE_BY_SIDE, part, places, [{ row: 0, position: from }], 'logits')
      const { rows } = this.logitsOf(outputs, SIDE_BY_SIDE.rows)
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
    return this.passes.isClosed
  }

  /** Frees the weights and the cache; once is enough. */
  dispose(): void {
    this.passes.dispose()
  }

  // ------------------------------------------------------------------------------------------ passes

  /** A token a row, each where its conversation stands. */
  private step(ids: ArrayLike<number | null>, what: keyof PassFetch): RunOutput[] {
    const given = Array.from(ids)
    const shape = { rows: this.positions.length, length: 1 }
    const tokens = Int32Array.from(given, (id) => id ?? 0)
    const at = this.positions.map((position, row) => ({ row, position }))
    const outputs = this.run(shape, tokens, given.map(() => 0), at, what) // prettier-ignore
    this.positions = this.positions.map((position, row) => position + (given[row] === null ? 0 : 1))
    return outputs
  }

  /** @param last for each row, the index in it of the token whose logits are wanted */
  private run(
    shape: PassShape,
    ids: Int32Array,
    last: readonly number[],
    at: readonly Place[],
    what: keyof PassFetch,
  ): RunOutput[] {
    const { rows, length } = shape
    const fetch = this.passes.graph.pass(shape)?.[what]
    if (fetch === undefined || stretchesOf(shape) !== at.length)
      throw new RangeError(`no pass of ${rows} x ${length}`)
    const farthest = Math.max(...at.map(({ position }) => position))
    if (farthest >= reachOf(this.model)) throw beyondReach(this.model)
    this.grow(farthest + length)
    return this.passes.run(this.inputsOf(shape, ids, last, at), fetch)
  }

  private logitsOf([logits, ...others]: readonly RunOutput[], count: number): Logits {
    if (!(logits?.data instanceof Float32Array)) throw noOutput('the logits')
    const { data } = logits
    const width = this.model.vocab_size
    const rows = Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width))
    const sums = others.length === 2 ? others[0]?.data : null
    return { rows, sums: sums instanceof Float32Array ? sums : null }
  }

  private inputsOf(
    shape: PassShape,
    ids: Int32Array,
    last: readonly number[],
    at: readonly Place[],
  ): Record<string, ConstantValue> {
    const { rows, length } = shape
    const count = at.length
    const covered = rows / count // rows that a stretch of the cache is over
    const names = inputsOfPass(shape)
    const turns = [count, length, headDim(this.model)]
    const ends = at.map(({ row, position }) => ({ row: row + covered, position: position + length }))
    const corners = (places: readonly Place[]): ConstantValue => {
      return int32(places.flatMap(({ row, position }) => [row, 0, position, 0]), [count, 4]) // prettier-ignore
    }
    return {
      [names.ids]: int32(ids, [rows * length]),
      [names.cos]: { dtype: DType.float32, shape: turns, data: this.turnsAt(at, length, 'cos') },
      [names.sin]: { dtype: DType.float32, shape: turns, data: this.turnsAt(at, length, 'sin') },
      [names.first]: int32(at.map(({ position }) => position), [count, 1, 1, 1]), // prettier-ignore
      [names.begin]: corners(at),
      [names.end]: corners(ends),
      [names.last]: int32(last.map((index, row) => row * length + index), [rows]), // prettier-ignore
      [PLACES]: int32(this.places, [this.capacity]),
    }
  }

  /** Cosines or sines [W, T, D] of the positions from some places on. */
  private turnsAt(at: readonly Place[], length: number, of: 'cos' | 'sin'): Float32Array {
    const size = length * headDim(this.model)
    const all = new Float32Array(at.length * size)
    at.forEach(({ position }, i) => {
      const from = position * headDim(this.model)
      all.set(this.rotary[of].subarray(from, from + size), i * size)
    })
    return all
  }

  // ------------------------------------------------------------------------------------------ cache

  private clear(rows: number): void {
    const { n_kv_head: heads, n_embd: width } = this.model
    this.positions = Array<number>(rows).fill(0)
    this.resize(STEP)
    const inputs = {
      [cacheInputs.emptyCache]: int32([rows, heads, STEP, headDim(this.model)], [4]),
      [cacheInputs.emptySmear]: int32([rows, 1, 1, width], [4]),
    }
    this.passes.run(inputs, [this.passes.graph.empty])
  }

  /** Makes room for that many tokens a row. */
  private grow(wanted: number): void {
    if (wanted <= this.capacity) return
    const capacity = Math.ceil(wanted / STEP) * STEP
    const growth = [0, 0, 0, 0, 0, capacity - this.capacity, 0, 0]
    this.passes.run({ [cacheInputs.growth]: int32(growth, [4, 2]) }, [this.passes.graph.grow])
    this.resize(capacity)
  }

  private resize(capacity: number): void {
    if (this.capacity === capacity) return
    this.capacity = capacity
    this.places = Int32Array.from({ length: capacity }, (_, place) => place)
    this.rotary = rotaryValues(0, capacity, headDim(this.model), variantOf(this.model).rotaryBase)
  }
}

function int32(values: ArrayLike<number>, shape: readonly number[]): ConstantValue {
  return { dtype: DType.int32, shape, data: values instanceof Int32Array ? values : Int32Array.from(values) }
}
