/** The calls by which a person talks to a model beside a run, in words: what is asked, told and answered. */
import type { PromptMessage } from '../tokenizer/prompt'
import type { Part } from '../tokenizer/spoken'
import type { GenerationOptions, Stopped } from './generation/generate'
import type { AnsweredWith } from './asked'

export type TalkPrompt =
  /** Rendered as for training, up to the token that opens the assistant's turn. */
  | { as: 'conversation'; messages: readonly PromptMessage[] }
  /** Raw text after bos. */
  | { as: 'text'; text: string }
  | { as: 'ids'; ids: readonly number[] }

export interface TalkPromptQuestion {
  prompt: TalkPrompt
  /** Folder of the model's tokenizer. */
  tokenizerDir: string
}

export interface TalkQuestion extends TalkPromptQuestion, Pick<AnsweredWith, 'of' | 'dtype'> {
  /** What the answer begins with, as ids or text. */
  begin: readonly number[] | string
  options: Omit<GenerationOptions, 'stop' | 'begun'>
  /** Whether the calculator's results are put in. */
  calculator: boolean
}

/** A token as it is shown. */
export interface TalkToken {
  id: number
  /** What it adds to the text: '' while a character's bytes are not complete, and for special tokens. */
  text: string
  /** The token by itself: a special token's name, or `\xNN` for bytes that are no whole character. */
  piece: string
  part: Part
  forced: boolean
  probability: number | null
  rank: number | null
  alternatives: { id: number; piece: string; probability: number }[]
}

export interface TalkFitted {
  /** Number of ids that are read, and of those before them that are left out. */
  kept: number
  dropped: number
  max_tokens: number
  sequence_len: number
  /** The tokens that the answer begins with. */
  begun: TalkToken[]
  /** Folder and step of the checkpoint that answers, and the type of its matrix products. */
  dir: string
  step: number
  dtype: AnsweredWith['dtype']
  /** The tokenizer's fingerprint. */
  tokenizer: string
}

export type TalkEvent =
  | { type: 'fitted'; fitted: TalkFitted }
  | { type: 'token'; sample: number; token: TalkToken }
  /** `text` is what was held back of a last character. */
  | { type: 'stopped'; sample: number; stopped: Stopped; text: string }

export interface TalkResult {
  /** One for each sample; the ids without those that were given, the content with them. */
  answers: { ids: number[]; stopped: Stopped; content: string | { type: Part; text: string }[] }[]
  /** Tokens a second once the prompt was read, of all samples together. */
  tokPerSec: number
}

export interface TalkPromptView {
  /** [T] */
  ids: Int32Array
  pieces: string[]
  /** [T] codes of packing/token-roles.ts. */
  roles: Uint8Array
  /** [T] 1 = in training, the assistant would learn to say it. */
  mask: Uint8Array
  /** [T] index of the message; -1 outside of all. */
  message: number[]
  tokenizer: string
}
