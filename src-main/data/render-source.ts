/** The input of packing: the rendered ids of a mixture's conversations, by their index in the shuffled order. */
import { Breather } from '../threads/breathe'
import { MAX_CONVERSATION_TOKENS, renderInSteps, type Rendered } from '../tokenizer/render'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { OpenOptions } from './locations'
import type { Mixture } from './mixture'

/** A conversation's size in ids. */
export interface ConversationSize {
  length: number
  /** Number of ids that the assistant is trained on. */
  supervised: number
  /** Number of ids that rendering cut off at the reference's 2048; `length` does not include them. */
  cut: number
}

export interface ConversationSource {
  /** Number of conversations in one pass. */
  readonly length: number
  locate(index: number): { task: number; row: number }
  /** [T] rendered ids, cut to the reference's 2048. They may be shared: do not write to them. */
  ids(index: number, signal?: AbortSignal): Int32Array | Promise<Int32Array>
  /** A conversation's size; renders the conversation where that is not known. */
  measure(index: number, signal?: AbortSignal): ConversationSize | Promise<ConversationSize>
  /** A conversation's size, as far as it is known without reading it. */
  size?(index: number): ConversationSize | undefined
  /** Makes reading every conversation fast, if the source can. */
  fillAll?(options: Pick<OpenOptions, 'signal' | 'onProgress'>): Promise<void>
}

/** A source that renders each conversation when it is asked for. */
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

/** The size of a rendered conversation. */
export function sizeOf({ ids, mask, cut }: Rendered): ConversationSize {
  return { length: ids.length, supervised: mask.reduce((sum, trained) => sum + trained, 0), cut }
}
