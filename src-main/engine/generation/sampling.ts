/**
 * Chooses the next token from a model's logits: the most likely one at temperature 0, else one draw from the softmax of
 * the `topK` greatest logits divided by the temperature, as nanochat's engine does (docs/REFERENCE.md, "Talking").
 *
 * Ties go to the lower id. A draw takes a fraction of a millisecond at a vocabulary of 65536, one among all of them
 * some milliseconds.
 */
import { MidbenchError } from '../../errors'
import type { Random } from '../../model/random'

export interface SamplingOptions {
  /** 0 always takes the most likely token. */
  temperature: number
  /** Number of tokens that a draw is among; null = all of them. */
  topK: number | null
}

/** A token that could have come, and how likely the model held it. */
export interface Alternative {
  id: number
  probability: number
}

/** How likely the model held a token, before temperature and topK. */
export interface Chance {
  probability: number
  /** 1 for the most likely token. */
  rank: number
  /** The most likely tokens, the first one first. */
  alternatives: Alternative[]
}

/**
 * @param logits [V]
 * @throws MidbenchError `generation.not-finite` where the model gives no numbers
 */
export function likeliest(logits: Float32Array): number {
  return first(greatest(logits, 1))
}

/**
 * @param logits [V]
 * @throws MidbenchError `generation.not-finite` where the model gives no numbers
 */
export function sample(logits: Float32Array, { temperature, topK }: SamplingOptions, random: Random): number {
  if (temperature === 0) return likeliest(logits)
  // A draw among all needs no order.
  const ids = topK === null ? [...logits.keys()] : greatest(logits, topK)
  const most = ids.reduce((found, id) => Math.max(found, logits[id] ?? NaN), -Infinity)
  if (!Number.isFinite(most)) throw notFinite()
  const weights = ids.map((id) => Math.exp(((logits[id] ?? NaN) - most) / temperature))
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  const drawn = weights.findIndex((weight) => (left -= weight) < 0)
  return ids[drawn] ?? first(ids)
}

/**
 * @param logits [V]
 * @param sum of the logits' exponentials
 * @param alternatives how many of the most likely tokens are told
 */
export function chanceOf(id: number, logits: Float32Array, sum: number, alternatives: number): Chance {
  const own = logits[id] ?? NaN
  const probability = (logit: number): number => Math.exp(logit) / sum
  let rank = 1
  logits.forEach((logit, other) => {
    if (logit > own || (logit === own && other < id)) rank++
  })
  return {
    probability: probability(own),
    rank,
    alternatives: greatest(logits, alternatives).map((each) => ({
      id: each,
      probability: probability(logits[each] ?? NaN),
    })),
  }
}

/** The ids of the `count` greatest logits, from the greatest on. */
function greatest(logits: Float32Array, count: number): number[] {
  const byLogit = (a: number, b: number): number => (logits[b] ?? NaN) - (logits[a] ?? NaN) || a - b
  if (count >= logits.length / 8) return [...logits.keys()].sort(byLogit).slice(0, count)
  const found: number[] = []
  let least = -Infinity // what a logit must exceed once enough are found
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] ?? NaN
    if (!(logit > least)) continue
    let at = found.length
    while (at > 0 && logit > (logits[found[at - 1] ?? 0] ?? NaN)) at--
    found.splice(at, 0, id)
    if (found.length > count) found.pop()
    if (found.length === count) least = logits[found[count - 1] ?? 0] ?? NaN
  }
  return found
}

function first([id]: readonly number[]): number {
  if (id !== undefined) return id
  throw notFinite()
}

export function notFinite(): MidbenchError {
  return new MidbenchError({
    code: 'generation.not-finite',
    message: 'The model gives no numbers for the next token.',
    remedy: 'Its weights are not finite: ask a checkpoint from before that happened.',
  })
}
