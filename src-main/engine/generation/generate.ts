/**
 * Answers a prompt token by token: reads it, then draws and appends until each sample ends, which is told as it comes.
 *
 * Every sample draws from a stream of its own that begins with the seed, so a sample does not depend on how many others
 * there are but for rounding. A caller can force tokens into a sample's answer, such as a tool's result. Between two
 * tokens other work of the thread gets its turn, and the signal is looked at.
 */
import { setImmediate } from 'node:timers/promises'

import { MidbenchError } from '../../errors'
import { seededRandom } from '../../model/random'
import type { GenerationSession } from './generation-session'
import { chanceOf, type Chance, sample, type SamplingOptions } from './sampling'

export interface GenerationOptions extends SamplingOptions {
  /** Number of answers, B. */
  samples: number
  /** The most tokens of an answer, forced ones included. */
  maxTokens: number
  seed: number
  /** Ids that end an answer and are not part of it. */
  stop: StopIds
  /** How many alternatives are told with each token; null tells no probabilities at all. */
  alternatives: number | null
  /** Ids at the prompt's end with which every answer begins: followed like its own, and not told. @default none */
  begun?: readonly number[]
}

export interface StopIds {
  /** `<|assistant_end|>` */
  end: number
  /** `<|bos|>` */
  bos: number
}

/** Why an answer ended: `limit` is the number of tokens. */
export type Stopped = 'end' | 'bos' | 'limit'

export type Told =
  /** The prompt is read. */
  | { type: 'logits'; logits: Float32Array }
  | { type: 'token'; sample: number; id: number; forced: boolean; chance: Chance | null }
  | { type: 'stopped'; sample: number; stopped: Stopped }

/** Follows a sample's tokens, and gives those to be forced after one; there may be none. */
export type Follow = (id: number) => readonly number[]

/**
 * @param prompt [T], at least one id; with `maxTokens` it fits in the model's reach (reach.ts)
 * @param follow makes a follower for each sample
 * @throws MidbenchError `generation.prompt`, `generation.reach`, `generation.not-finite`, `graph.memory`; the signal's
 *   reason where it is aborted
 */
export async function* generate(
  session: GenerationSession,
  prompt: Int32Array,
  options: GenerationOptions,
  signal: AbortSignal,
  follow: () => Follow = () => () => [],
): AsyncGenerator<Told, void, void> {
  checkIds(prompt, session.model.vocab_size)
  let logits = await session.begin(prompt, options.samples, signal)
  const [first] = logits.rows
  if (first !== undefined) yield { type: 'logits', logits: first }
  const samples = Array.from({ length: options.samples }, (_, i) => {
    const random = seededRandom(options.seed + i * 0x9e3779b1)
    return { answer: new Answer(i, options, follow()), random }
  })
  for (;;) {
    for (const [i, { answer, random }] of samples.entries()) {
      const at = logits.rows.length === 1 ? 0 : i // after the prompt, all samples have one row
      const row = logits.rows[at] ?? new Float32Array()
      const { alternatives } = options
      yield* answer.take(
        () => sample(row, options, random),
        (id) => (alternatives === null ? null : chanceOf(id, row, logits.sums?.[at] ?? NaN, alternatives)),
      )
    }
    if (samples.every(({ answer }) => answer.isDone)) return
    await setImmediate() // lets a cancel come in
    signal.throwIfAborted()
    const ids = samples.map(({ answer }) => (answer.isDone ? null : answer.last))
    logits = session.next(ids, options.alternatives !== null)
  }
}

/** One sample of a prompt, as it grows. */
export class Answer {
  isDone = false
  /** The token that came last. */
  last = 0
  private count = 0
  private forced: readonly number[] = []

  constructor(
    private readonly sample: number,
    private readonly limits: Pick<GenerationOptions, 'maxTokens' | 'stop' | 'begun'>,
    private readonly follow: Follow,
  ) {
    for (const id of limits.begun ?? []) this.heed(id)
  }

  /**
   * Takes the next token, or ends.
   *
   * @param draw what the model would say; not asked where a token is forced
   * @param chance what is told of a token
   */
  *take(
    draw: () => number,
    chance: (id: number) => Chance | null = () => null,
  ): Generator<Exclude<Told, { type: 'logits' }>, void, void> {
    if (this.isDone) return
    if (this.count === this.limits.maxTokens) return yield this.stopped('limit')
    const [next] = this.forced
    const id = next ?? draw()
    const { end, bos } = this.limits.stop
    if (id === end) return yield this.stopped('end')
    if (id === bos) return yield this.stopped('bos')
    yield { type: 'token', sample: this.sample, id, forced: next !== undefined, chance: chance(id) }
    this.last = id
    this.count++
    this.heed(id)
    if (this.count === this.limits.maxTokens) yield this.stopped('limit')
  }

  /** What is forced goes on as long as it is what comes. */
  private heed(id: number): void {
    const [due, ...others] = this.forced
    this.forced = [...(due === id ? others : []), ...this.follow(id)]
  }

  private stopped(stopped: Stopped): Extract<Told, { type: 'stopped' }> {
    this.isDone = true
    return { type: 'stopped', sample: this.sample, stopped }
  }
}

/** @throws MidbenchError `generation.prompt` where there is no id, or one that the model does not have */
export function checkIds(ids: Int32Array, vocabSize: number): void {
  const refuse = (message: string): never => {
    throw new MidbenchError({ code: 'generation.prompt', message })
  }
  if (ids.length === 0) refuse('The prompt is empty: the model needs at least one id to go on from.')
  const odd = ids.find((id) => id < 0 || id >= vocabSize)
  if (odd !== undefined) refuse(`The prompt holds the id ${odd}; the model knows 0 to ${vocabSize - 1}.`)
}
