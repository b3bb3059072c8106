/** Measures how fast one thread reads and renders a mixture's conversations, for `bench tokenize`. */
import { renderConversation } from '../../tokenizer/render'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { Conversation } from '../conversation.schema'
import type { Mixture } from '../mixture'
import type { Measured } from './fill-calls'

/** Renders conversations in mixture order for a given time, starting again after the last one. */
export async function measureRendering(
  mixture: Mixture,
  tokenizer: Tokenizer,
  seconds: number,
): Promise<Measured> {
  const measured = { conversations: 0, tokens: 0, bytes: 0, seconds: 0 }
  const began = performance.now()
  while (measured.seconds < seconds) {
    const { task, row } = mixture.locate(measured.conversations % mixture.length)
    const at = mixture.datasetRow(task, row)
    const read = mixture.datasetConversation(at.dataset, at.row)
    const conversation = read instanceof Promise ? await read : read
    measured.tokens += renderConversation(tokenizer, conversation).ids.length
    measured.bytes += textsOf(conversation).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    measured.conversations++
    measured.seconds = (performance.now() - began) / 1000
  }
  return measured
}

/** The texts of a conversation that rendering encodes. */
export function textsOf(conversation: Conversation): string[] {
  return conversation.messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map((part) => part.text),
  )
}
