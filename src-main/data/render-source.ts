/** The input of packing: the rendered ids of a mixture's conversations, by their index in the shuffled order. */
import { Breather } from '../threads/breathe'
import { MAX_CONVERSATION_TOKENS, renderInSteps, type Rendered } from '../tokenizer/render'
import { stretchesOf, supervisedWithin, type Stretches, type Tokens } from '../tokenizer/supervision'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { OpenOptions } from './locations'
import type { Mixture } from './mixture'

/** What lengths alone can tell of a conversation: its size in ids, and which of them are supervised. */
export interface ConversationSize {
  length: number
  /** Number of ids that the assistant is trained on. */
  supervised: number
  stretches: Stretches
  /** Number of ids that rendering cut off at the reference's 2048; `length` does not include them. */
  cut: number
  /** Number of those that the assistant would be trained on. */
  supervisedCut: number
}

export interface ConversationSource {
  /** Number of conversations in one pass. */
  readonly length: number
  locate(index: number): { task: number; row: number }
  /** Rendered ids, cut to the reference's 2048, and their supervision. Both may be shared: do not write to them. */
  tokens(index: number, signal?: AbortSignal): Tokens | Promise<Tokens>
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
    tokens: async (index, signal) => tokensOf(await render(index, signal)),
    measure: async (index, signal) => sizeOf(await render(index, signal)),
  }
}

/** What packing takes of a rendered conversation. */
export function tokensOf({ ids, mask }: Rendered): Tokens {
  return { ids, stretches: stretchesOf(mask) }
}

/** The size of a rendered conversation. */
export function sizeOf({ ids, mask, cut, supervisedCut }: Rendered): ConversationSize {
  const stretches = stretchesOf(mask)
  return {
    length: ids.length,
    supervised: supervisedWithin(stretches, ids.length),
    stretches,
    cut,
    supervisedCut,
  }
}
