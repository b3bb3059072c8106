/** What a model is given to answer: a conversation up to the token that opens the assistant's turn. */
import { MidbenchError } from '../errors'
import { renderConversation, type RenderableConversation, type RenderableMessage } from './render'
import type { Tokenizer } from './tokenizer'

/** A message; an answer that a model gave may come with its very ids, which encoding its text need not give again. */
export type PromptMessage = RenderableMessage & {
  tokens?: { ids: readonly number[]; tokenizer: string } | undefined
}

export interface Prompt {
  /** [T] */
  ids: Int32Array
  /** [T] index of the message that each id belongs to; -1 for bos and for the token that opens the answer. */
  message: number[]
}

/**
 * The prompt for the assistant's next message: the conversation, without its last message where that is the
 * assistant's, and `<|assistant_start|>` (docs/REFERENCE.md, "Talking"). It is not cut, as a conversation for training
 * is.
 *
 * @throws MidbenchError `conversation.invalid` where no message of a user is left to answer, or roles do not alternate
 */
export function promptOf(tokenizer: Tokenizer, conversation: RenderableConversation): Int32Array {
  return promptOfMessages(tokenizer, conversation.messages).ids
}

/** The same of messages that may come with their ids, which are taken where they are this tokenizer's. */
export function promptOfMessages(tokenizer: Tokenizer, messages: readonly PromptMessage[]): Prompt {
  const asked = messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages
  if (asked.at(-1)?.role !== 'user') {
    throw new MidbenchError({
      code: 'conversation.invalid',
      message: 'The conversation has no message of the user to answer.',
    })
  }
  const rendered = renderConversation(tokenizer, { messages: asked }, Infinity)
  const ids: number[] = []
  const message: number[] = []
  rendered.ids.forEach((id, at) => {
    const index = rendered.message[at] ?? -1
    const own = ownIds(asked[index], tokenizer)
    if (own === null) ids.push(id)
    else if (index !== message.at(-1)) ids.push(...own)
    while (message.length < ids.length) message.push(index)
  })
  const opening = tokenizer.specials['<|assistant_start|>']
  return { ids: Int32Array.from([...ids, opening]), message: [...message, -1] }
}

/** The ids that a message came with, between the tokens of an answer; null where it is rendered. */
function ownIds(message: PromptMessage | undefined, { specials, fingerprint }: Tokenizer): number[] | null {
  const { role, tokens } = message ?? {}
  if (role !== 'assistant' || tokens?.tokenizer !== fingerprint) return null
  return [specials['<|assistant_start|>'], ...tokens.ids, specials['<|assistant_end|>']]
}
