/** One conversation as text and as tokens, with its place in the plan. */
import type { Mixture } from '../data/mixture'
import { Breather } from '../threads/breathe'
import { renderInSteps } from '../tokenizer/render'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { ConversationView } from './conversations.schema'

/** A conversation by its place in the shuffled mixture, or by task and row. */
export type ConversationAt = { index: number } | { task: number; row: number }

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
