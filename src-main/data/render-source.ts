/**
 * What packing reads: the rendered ids of a mixture's conversations, by their place in the shuffled order.
 */
import { MAX_CONVERSATION_TOKENS, renderConversation } from '../tokenizer/render'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { OpenOptions } from './locations'
import type { Mixture } from './mixture'

/** What a conversation amounts to, in ids. */
export interface ConversationSize {
  length: number
  /** Those that the assistant is trained on. */
  supervised: number
}

export interface ConversationSource {
  /** Conversations in one pass. */
  readonly length: number
  locate(index: number): { task: number; row: number }
  /** [T] rendered ids, cut to the reference's 2048. They may be shared: not to be written to. */
  ids(index: number): Int32Array | Promise<Int32Array>
  /** What is known of a conversation without reading it. */
  size?(index: number): ConversationSize | undefined
  /** Makes reading every conversation fast, if the source knows how to. */
  fillAll?(options: Pick<OpenOptions, 'signal' | 'onProgress'>): Promise<void>
}

/** Renders each conversation when it is asked for. */
export function renderSource(mixture: Mixture, tokenizer: Tokenizer): ConversationSource {
  return {
    length: mixture.length,
    locate: (index) => mixture.locate(index),
    ids: async (index) =>
      renderConversation(tokenizer, await mixture.conversation(index), MAX_CONVERSATION_TOKENS).ids,
  }
}
