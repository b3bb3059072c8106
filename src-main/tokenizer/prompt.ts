/** What a model is given to answer: a conversation up to the token that opens the assistant's turn. */
import { MidbenchError } from '../errors'
import { renderConversation, type RenderableConversation } from './render'
import type { Tokenizer } from './tokenizer'

/**
 * The prompt for the assistant's next message: the conversation, without its last message where that is the
 * assistant's, and `<|assistant_start|>` (docs/REFERENCE.md, "Talking"). It is not cut, as a conversation for training
 * is.
 *
 * @throws MidbenchError `conversation.invalid` where no message of a user is left to answer, or roles do not alternate
 */
export function promptOf(tokenizer: Tokenizer, { messages }: RenderableConversation): Int32Array {
  const asked = messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages
  if (asked.at(-1)?.role !== 'user') {
    throw new MidbenchError({
      code: 'conversation.invalid',
      message: 'The conversation has no message of the user to answer.',
    })
  }
  const { ids } = renderConversation(tokenizer, { messages: asked }, Infinity)
  return Int32Array.from([...ids, tokenizer.specials['<|assistant_start|>']])
}
