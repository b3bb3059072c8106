/**
 * How far a model can be asked: nanochat's rotary table has ten times as many positions as the model's training had, and
 * its engine refuses more. Beyond sequence_len the windows slide, and the model has never seen such positions.
 */
import { MidbenchError } from '../../errors'
import type { ModelConfig } from '../../model/config.schema'

/** Positions that nanochat's rotary table has for each that the model was trained on. */
const FACTOR = 10

/** The most tokens that a prompt and its answer have together. */
export function reachOf({ sequence_len }: Pick<ModelConfig, 'sequence_len'>): number {
  return FACTOR * sequence_len
}

/** What of a question fits in a model's reach. */
export interface Fitted {
  /** The prompt's end, which is what a model needs to go on. */
  ids: Int32Array
  /** Number of ids left out at the prompt's beginning. */
  dropped: number
  /** The most tokens of the answer. */
  maxTokens: number
}

/** The most tokens of a prompt: an answer is given up to half of the reach. */
export function roomForPrompt(maxTokens: number, reach: number): number {
  return reach - Math.min(maxTokens, Math.floor(reach / 2))
}

/** Fits a prompt and its answer into the reach: the prompt keeps its end. */
export function fitPrompt(ids: Int32Array, maxTokens: number, reach: number): Fitted {
  const room = roomForPrompt(maxTokens, reach)
  const kept = ids.subarray(Math.max(0, ids.length - room))
  return {
    ids: kept,
    dropped: ids.length - kept.length,
    maxTokens: Math.min(maxTokens, reach - kept.length),
  }
}

export function beyondReach(model: ModelConfig): MidbenchError {
  return new MidbenchError({
    code: 'generation.reach',
    message: `The model takes at most ${reachOf(model)} tokens: ten times its sequence_len of ${model.sequence_len}.`,
    remedy: 'Give it a shorter prompt, or ask for a shorter answer.',
  })
}
