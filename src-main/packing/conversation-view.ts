/** One conversation as text and as tokens, and where the plan puts it. */
import type { Conversation } from '../data/conversation.schema'
import type { Mixture } from '../data/mixture'
import { Breather } from '../threads/breathe'
import { renderInSteps } from '../tokenizer/render'
import type { Tokenizer } from '../tokenizer/tokenizer'

/** A conversation by its place in the shuffled mixture, or by task and row. */
export type ConversationAt = { index: number } | { task: number; row: number }

/** Named as in ipc/contract.ts. */
export interface ConversationView {
  /** Index in the shuffled mixture; null for one read by task and row. */
  index: number | null
  task: number
  row: number
  conversation: Conversation
  ids: Int32Array
  /** 1 = the assistant is trained on it. */
  mask: Uint8Array
  /** Text of each token, special tokens by name. */
  pieces: string[]
  /** Message each token belongs to, -1 for bos. */
  message: number[]
}

/** Where a conversation goes. Its first `length` ids are trained on, the `cropped` ones after them are lost. */
export interface ConversationPlace {
  conversation: number
  /** Optimizer step, from 1. */
  step: number
  batch: number
  row: number
  offset: number
  length: number
  cropped: number
}

/** Reads and renders one conversation of a mixture. */
export async function viewConversation(
  mixture: Mixture,
  tokenizer: Tokenizer,
  at: ConversationAt,
  signal?: AbortSignal,
): Promise<ConversationView> {
  const { task, row } = 'index' in at ? mixture.locate(at.index) : at
  const conversation = await mixture.taskConversation(task, row)
  const { ids, mask, message } = await new Breather(signal).walk(renderInSteps(tokenizer, conversation))
  return {
    index: 'index' in at ? at.index : null,
    task,
    row,
    conversation,
    ids,
    mask,
    pieces: Array.from(ids, (id) => tokenizer.piece(id)),
    message: Array.from(message),
  }
}
