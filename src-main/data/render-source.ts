/**
 * What packing reads: the rendered ids of a mixture's conversations, by their place in the shuffled order.
 */
import { Breather } from '../threads/breathe'
import { MAX_CONVERSATION_TOKENS, renderInSteps, type Rendered } from '../tokenizer/render'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { OpenOptions } from './locations'
import type { Mixture } from './mixture'

/** What a conversation amounts to, in ids. */
export interface ConversationSize {
  length: number
  /** Those that the assistant is trained on. */
  supervised: number
  /** Ids that rendering cut off at the reference's 2048, beyond `length`. */
  cut: number
}

export interface ConversationSource {
  /** Conversations in one pass. */
  readonly length: number
  locate(index: number): { task: number; row: number }
  /** [T] rendered ids, cut to the reference's 2048. They may be shared: not to be written to. */
  ids(index: number, signal?: AbortSignal): Int32Array | Promise<Int32Array>
  /** What a conversation amounts to; renders it where that is not known. */
  measure(index: number, signal?: AbortSignal): ConversationSize | Promise<ConversationSize>
  /** What is known of a conversation without reading it. */
  size?(index: number): ConversationSize | undefined
  /** Makes reading every conversation fast, if the source knows how to. */
  fillAll?(options: Pick<OpenOptions, 'signal' | 'onProgress'>): Promise<void>
}

/** Renders each conversation when it is asked for. */
export function renderSource(mixture: Mixture, tokenizer: Tokenizer): ConversationSource {
  const render = async (index: number, signal?: AbortSignal): Promise<Rendered> => {
    const work = renderInSteps(tokenizer, await mixture.conversation(index), MAX_CONVERSATION_TOKENS)
    return new Breather(signal).walk(work)
  }
  return {
    length: mixture.length,
    locate: (index) => mixture.locate(index),
    ids: async (index, signal) => (await render(index, signal)).ids,
    measure: async (index, signal) => sizeOf(await render(index, signal)),
  }
}

/** What a rendered conversation amounts to. */
export function sizeOf({ ids, mask, cut }: Rendered): ConversationSize {
  return { length: ids.length, supervised: mask.reduce((sum, trained) => sum + trained, 0), cut }
}
