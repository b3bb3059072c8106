/**
 * Answers many prompts greedily, side by side: a token for each of some rows costs little more than for one, since the
 * weights are read once for all. Where an answer ends, the next prompt takes its row; towards the end rows are given up.
 *
 * Answers are those that the prompts get one by one, up to rounding: over a batch, sums are taken in another order. Prompts
 * are best given by length, since the rows share the capacity of the cache.
 */
import { setImmediate } from 'node:timers/promises'

import type { PromptAnswer } from '../../evaluation/measure'
import { headDim } from '../../model/config.schema'
import { parameterShapes } from '../../model/parameters'
import { Answer, checkIds, type Follow, type StopIds } from './generate'
import type { GenerationSession, GenerationSessionOptions } from './generation-session'
import { type Fitted, fitPrompt, reachOf } from './reach'
import { likeliest } from './sampling'

export interface Prompts {
  /** Each of at least one id; where one and its answer are more than the model's reach, only its end is read. */
  prompts: readonly Int32Array[]
  /** The most tokens of an answer, forced ones included. */
  maxTokens: number
  stop: StopIds
}

/** Numbers of rows that are computed side by side. */
const COUNTS = [32, 16, 8, 4, 2, 1]
/** Bytes that the cache may have in any case. */
const SOME_BYTES = 2 ** 28

/** The most bytes that the cache of answers side by side has, beside weights of so many. */
export function mostCacheBytes(weights: number): number {
  return Math.max(SOME_BYTES, weights / 2)
}

/**
 * The session is not to be asked anything else meanwhile.
 *
 * @param follow makes a follower for each answer
 * @throws MidbenchError as {@link generate}
 */
export async function* answerPrompts(
  session: GenerationSession,
  { prompts, maxTokens, stop }: Prompts,
  signal: AbortSignal,
  follow: () => Follow = () => () => [],
): AsyncGenerator<PromptAnswer, void, void> {
  for (const ids of prompts) checkIds(ids, session.model.vocab_size)
  const waiting = prompts.map((ids, prompt) => {
    return new Answering(prompt, fitPrompt(ids, maxTokens, reachOf(session.model)), stop, follow())
  })
  if (waiting.length === 0) return
  const counts = rowCounts(session.options, waiting.length, Math.max(...waiting.map(({ most }) => most)))
  session.makeRows(counts)
  let rows = Array<Answering | null>(counts[0] ?? 1).fill(null)
  for (;;) {
    for (const row of rows.keys()) {
      for (let next; rows[row] === null && (next = waiting.shift());) {
        const { rows: logits } = await session.read(row, next.fitted.ids, signal)
        next.take(likeliest(logits[0] ?? new Float32Array()))
        if (next.isDone) yield next.result
        else rows[row] = next
        await breath(signal)
      }
    }
    if (rows.every((row) => row === null)) return
    rows = giveUpRows(session, rows, counts)
    const best = session.nextBest(rows.map((row) => row?.last ?? null))
    for (const [row, answering] of rows.entries()) {
      if (answering === null) continue
      answering.take(best[row] ?? 0)
      if (!answering.isDone) continue
      rows[row] = null
      yield answering.result
    }
    await breath(signal)
  }
}

/** Lets a cancel come in, and heeds it. */
async function breath(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

/** The greedy answer to a prompt, as it grows. */
class Answering {
  private readonly ids: number[] = []
  private readonly answer: Answer

  constructor(
    private readonly prompt: number,
    readonly fitted: Fitted,
    stop: StopIds,
    follow: Follow,
  ) {
    this.answer = new Answer(0, { stop, maxTokens: fitted.maxTokens }, follow)
  }

  /** The most tokens that prompt and answer have together. */
  get most(): number {
    return this.fitted.ids.length + this.fitted.maxTokens
  }

  get isDone(): boolean {
    return this.answer.isDone
  }

  get last(): number {
    return this.answer.last
  }

  get result(): PromptAnswer {
    return { prompt: this.prompt, ids: this.ids }
  }

  /** @param best the likeliest token after those so far; a forced one goes before it */
  take(best: number): void {
    for (const told of this.answer.take(() => best)) if (told.type === 'token') this.ids.push(told.id)
  }
}

/**
 * The numbers of rows in use, from the greatest on: as many as the prompts fill, and as the cache may have.
 *
 * @param tokens the most that a prompt and its answer have together
 */
export function rowCounts(
  { model, dtype }: GenerationSessionOptions,
  prompts: number,
  tokens: number,
): number[] {
  const size = dtype === 'float32' ? 4 : 2
  const weights = sum(
    [...parameterShapes(model).values()].map((shape) => shape.reduce((a, b) => a * b, size)),
  )
  const row = tokens * 2 * model.n_layer * model.n_kv_head * headDim(model) * size
  const most = Math.min(prompts, mostCacheBytes(weights) / row)
  return COUNTS.filter((count) => count <= most || count === 1)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Where the prompts are all read and a smaller number of rows holds those left, the rows that go on. */
function giveUpRows(
  session: GenerationSession,
  rows: (Answering | null)[],
  counts: readonly number[],
): (Answering | null)[] {
  const busy = [...rows.keys()].filter((row) => rows[row] !== null)
  const count = counts.findLast((each) => each >= busy.length) ?? rows.length
  if (count === rows.length) return rows
  const free = [...rows.keys()].filter((row) => rows[row] === null)
  const kept = [...busy, ...free].slice(0, count)
  session.keep(kept)
  return kept.map((row) => rows[row] ?? null)
}
