/**
 * A conversation as the ids the model is trained on, with the mask of what the assistant says (docs/REFERENCE.md §1).
 * Costs the encoding of the texts and one copy; texts past the limit are encoded too, to count what the cut loses.
 */
import { MidbenchError } from '../errors'
import { runThrough } from '../threads/breathe'
import type { SpecialName, Tokenizer } from './tokenizer'

/** The reference cuts a rendered conversation here. */
export const MAX_CONVERSATION_TOKENS = 2048

/**
 * Raise this when a change gives other ids for the same conversation and tokenizer: stored ids are then rendered again.
 */
export const RENDERING_VERSION = 1

/** What rendering needs of a conversation; `data/conversation.schema.ts` describes the same shape. */
export interface RenderableConversation {
  messages: readonly RenderableMessage[]
}

export interface RenderableMessage {
  role: string
  content: string | readonly { type: string; text: string }[]
}

export interface Rendered {
  /** [T] token ids. */
  ids: Int32Array
  /** [T] 1 where the assistant is trained on the id. */
  mask: Uint8Array
  /** [T] index of the message an id belongs to, -1 for bos. A merged system message counts as its user message. */
  message: Int16Array
  /** Ids past the limit, which the model never sees, and how many of them the assistant would be trained on. */
  cut: number
  supervisedCut: number
}

/**
 * Renders a conversation: bos, then each message between its start and end tokens, cut to `maxTokens` ids.
 * @throws MidbenchError `conversation.invalid` when the roles do not alternate or a content has the wrong kind; its
 *   issue's path names the message (`messages.2.role`).
 */
export function renderConversation(
  tokenizer: Tokenizer,
  conversation: RenderableConversation,
  maxTokens = MAX_CONVERSATION_TOKENS,
): Rendered {
  return runThrough(renderInSteps(tokenizer, conversation, maxTokens))
}

/** The same, but it yields every few milliseconds of encoding. Most conversations are done before that. */
export function* renderInSteps(
  tokenizer: Tokenizer,
  conversation: RenderableConversation,
  maxTokens = MAX_CONVERSATION_TOKENS,
): Generator<void, Rendered, void> {
  const out = new RenderBuffer(tokenizer, maxTokens)
  out.special('<|bos|>', 0)
  const { first, messages } = mergeSystem(conversation.messages)
  messages.forEach((message, i) => {
    out.message = first + i
    const expected = i % 2 === 0 ? 'user' : 'assistant'
    if (message.role !== expected) {
      throw invalid(first + i, 'role', `the role is ${message.role} where ${expected} is due`)
    }
    if (expected === 'user') renderUser(out, message)
    else renderAssistant(out, message)
  })
  return yield* out.finish()
}

function renderUser(out: RenderBuffer, message: RenderableMessage): void {
  if (typeof message.content !== 'string') {
    throw invalid(out.message, 'content', "a user message's content is a string")
  }
  out.special('<|user_start|>', 0)
  out.text(message.content, 0)
  out.special('<|user_end|>', 0)
}

function renderAssistant(out: RenderBuffer, message: RenderableMessage): void {
  out.special('<|assistant_start|>', 0)
  if (typeof message.content === 'string') out.text(message.content, 1)
  else for (const part of message.content) renderPart(out, part)
  out.special('<|assistant_end|>', 1)
}

function renderPart(out: RenderBuffer, part: { type: string; text: string }): void {
  switch (part.type) {
    case 'text':
      out.text(part.text, 1)
      return
    case 'python':
      out.special('<|python_start|>', 1)
      out.text(part.text, 1)
      out.special('<|python_end|>', 1)
      return
    case 'python_output': // Python writes it at test time, so nothing of it is trained on.
      out.special('<|output_start|>', 0)
      out.text(part.text, 0)
      out.special('<|output_end|>', 0)
      return
    default:
      throw invalid(out.message, 'content', `a part has the unknown type ${part.type}`)
  }
}

/** Merges a leading system message into the user message after it; `first` is the index that message has. */
function mergeSystem(messages: readonly RenderableMessage[]): {
  first: number
  messages: readonly RenderableMessage[]
} {
  const [system, user] = messages
  if (system === undefined) throw invalid(0, 'role', 'the conversation has no messages')
  if (system.role !== 'system') return { first: 0, messages }
  if (user?.role !== 'user') throw invalid(1, 'role', 'a system message must be followed by a user message')
  if (typeof system.content !== 'string' || typeof user.content !== 'string') {
    throw invalid(0, 'content', 'system and user messages have strings as content')
  }
  const merged = { role: 'user', content: `${system.content}\n\n${user.content}` }
  return { first: 1, messages: [merged, ...messages.slice(2)] }
}

function invalid(message: number, field: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'conversation.invalid',
    message: `message ${String(message)}: ${reason}`,
    issues: [{ path: `messages.${String(message)}.${field}`, message: reason }],
  })
}

/** A special token's id or a text to be encoded, with the values that its ids share. */
interface Run {
  content: number | string
  mask: number
  message: number
}

/** After this many UTF-16 units of text, rendering yields and can be cancelled. */
const STEP_UNITS = 1 << 16

/** The parts of a conversation, in order, and its ids, mask and message numbers up to the limit. */
class RenderBuffer {
  /** Number of the message being rendered. */
  message = -1
  private readonly runs: Run[] = []

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly maxTokens: number,
  ) {}

  special(name: SpecialName, mask: number): void {
    this.add(this.tokenizer.specials[name], mask)
  }

  text(text: string, mask: number): void {
    this.add(text, mask)
  }

  /** Encodes all of the texts, since the ids past the limit are counted too. */
  *finish(): Generator<void, Rendered, void> {
    const { runs, maxTokens } = this
    const encoded: ArrayLike<number>[] = []
    let length = 0
    let supervisedCut = 0
    let units = 0
    for (const { content, mask } of runs) {
      const ids = typeof content === 'number' ? [content] : yield* this.tokenizer.encodeInSteps(content)
      if (length < maxTokens) encoded.push(ids)
      length += ids.length
      if (mask === 1) supervisedCut += Math.max(0, Math.min(ids.length, length - maxTokens))
      units += typeof content === 'number' ? 1 : content.length
      if (units <= STEP_UNITS) continue
      units = 0
      yield
    }
    return {
      ...this.cutTo(Math.min(length, maxTokens), encoded),
      cut: Math.max(0, length - maxTokens),
      supervisedCut,
    }
  }

  private cutTo(
    kept: number,
    encoded: readonly ArrayLike<number>[],
  ): Pick<Rendered, 'ids' | 'mask' | 'message'> {
    const ids = new Int32Array(kept)
    const mask = new Uint8Array(kept)
    const message = new Int16Array(kept)
    let at = 0
    encoded.forEach((run, index) => {
      const start = at
      for (let i = 0; i < run.length && at < kept; i++) ids[at++] = run[i] ?? 0
      mask.fill(this.runs[index]?.mask ?? 0, start, at)
      message.fill(this.runs[index]?.message ?? 0, start, at)
    })
    return { ids, mask, message }
  }

  private add(content: number | string, mask: number): void {
    this.runs.push({ content, mask, message: this.message })
  }
}
