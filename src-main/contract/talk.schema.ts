/**
 * Talking to models. A model answers token by token, which `talk.tokens` tells as it happens; the call's own answer
 * holds everything at the end.
 *
 * Two models that answer the same turn are two calls at once: two models stay loaded. The prompts that every run answers
 * are the config's `sample_prompts`, edited like any other option.
 */
import { z } from 'zod'
import { contentPart, message } from '../data/conversation.schema'
import { modelRef, modelView } from '../runs/model-ref.schema'
import { bytes, int32 } from '../typed-arrays.schema'
import { configAt } from './common.schema'

/** The most samples of one prompt. */
export const MOST_SAMPLES = 8
/** The most tokens of one answer that can be asked for. */
export const MOST_TOKENS = 100_000

const ids = z.array(z.int().min(0))
const dtype = modelView.shape.dtype

/** A message; an answer may come with its very ids, which are taken by a model of the same tokenizer. */
const promptMessage = message.extend({
  tokens: z.object({ ids, tokenizer: z.string() }).optional(),
})

const talkPrompt = z.discriminatedUnion('as', [
  /** Rendered as for training, up to the token that opens the assistant's turn. The last message is the user's. */
  z.object({ as: z.literal('conversation'), messages: z.array(promptMessage).min(1) }),
  /** Raw text after bos, without chat tokens. */
  z.object({ as: z.literal('text'), text: z.string() }),
  /** Ids, as they are. */
  z.object({ as: z.literal('ids'), ids }),
])

export const sampling = z.object({
  /** 0 always takes the most likely token. */
  temperature: z.number().min(0).max(100),
  /** Number of tokens that a draw is among; null = all of them. */
  top_k: z.int().min(1).nullable(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  max_tokens: z.int().min(1).max(MOST_TOKENS),
  samples: z.int().min(1).max(MOST_SAMPLES),
})

export const talkToken = z.object({
  id: z.int(),
  /** What it adds to the text: '' while a character's bytes are not complete, and for special tokens. */
  text: z.string(),
  /** The token by itself: a special token's name, or `\xNN` for bytes that are no whole character. */
  piece: z.string(),
  /** What it belongs to: what is said, an expression for the calculator, or the result of one. */
  part: contentPart.shape.type,
  /** Put in by the calculator rather than chosen by the model. */
  forced: z.boolean(),
  /** How likely the model held it, before temperature and top_k; null where nobody asked, or it was given. */
  probability: z.number().nullable(),
  /** 1 for the most likely token. */
  rank: z.int().nullable(),
  /** The most likely tokens, the first one first; empty where nobody asked. */
  alternatives: z.array(z.object({ id: z.int(), piece: z.string(), probability: z.number() })),
})

/** Why an answer ended: the model ended it, began another text, or there was no room left. */
export const stopped = z.enum(['end', 'bos', 'limit'])

/** What of the prompt is read (its end, where it is too long), and by whom. */
export const fitted = z.object({
  /** Number of ids that are read, those of `begin` included, and of those before them that are left out. */
  kept: z.int(),
  dropped: z.int(),
  /** The most tokens of the answer: fewer than asked for where the model's reach ends. */
  max_tokens: z.int(),
  /** Number of ids that the model was trained on at once: beyond that it may be at a loss. */
  sequence_len: z.int(),
  /** The tokens that the answer was asked to begin with. */
  begun: z.array(talkToken),
  /** Folder and step of the checkpoint that answers, and the type of its matrix products. */
  dir: z.string(),
  step: z.int(),
  dtype,
  /** Identifies the tokenizer: of equal ones, ids mean the same. */
  tokenizer: z.string(),
})

const answer = z.object({
  /** Those that were asked to begin it not included. */
  ids,
  stopped,
  /** The whole answer, from its given beginning, as a conversation keeps it: in parts where it used the calculator. */
  content: message.shape.content,
})

export const talkCalls = {
  /** The models that can be asked: the config's base, the runs' last saves, then all other checkpoints. A job. */
  'talk.models': {
    input: z.object({ ...configAt, job: z.string() }),
    output: z.array(modelView),
  },
  /** Answers a prompt: a job that can be cancelled between two tokens; what has been told of it stays. */
  'talk.answer': {
    input: z.object({
      ...configAt,
      model: modelRef,
      /** Type of the matrix products; the model's own where nothing is said. */
      dtype: dtype.optional(),
      prompt: talkPrompt,
      /** What the answer begins with, as ids or text: to go on from another token, or from what a person wrote. */
      begin: z.union([ids, z.string()]).optional(),
      sampling,
      /** Whether each token is told with its probability and the most likely others. */
      alternatives: z.boolean(),
      /** Whether the calculator's results are put in. */
      calculator: z.boolean(),
      job: z.string(),
    }),
    output: z.object({
      /** One for each sample. */
      answers: z.array(answer),
      fitted,
      /** Tokens a second once the prompt was read, of all samples together. */
      tok_per_sec: z.number(),
    }),
  },
  /** The ids that a model would be given, as tokens. A job. */
  'talk.prompt': {
    input: z.object({ ...configAt, model: modelRef, prompt: talkPrompt, job: z.string() }),
    output: z.object({
      ids: int32,
      /** Text of each token, special tokens by name. */
      pieces: z.array(z.string()),
      /** Codes of ROLE_CODES. */
      roles: bytes,
      /** 1 = in training, the assistant would learn to say it. */
      mask: bytes,
      /** Index of the message that each token belongs to; -1 outside of all. */
      message: z.array(z.int()),
      tokenizer: z.string(),
    }),
  },
} as const

/** At most ten of them a second for each job, in order; seq counts them from 0. */
export const talkTokens = z.object({
  job: z.string(),
  seq: z.int(),
  /** Once, before the first token. */
  fitted: fitted.nullable(),
  tokens: z.array(talkToken.extend({ sample: z.int() })),
  /** Samples that ended, with what was held back of their last character. */
  stopped: z.array(z.object({ sample: z.int(), stopped, text: z.string() })),
})

export type TalkTokens = z.infer<typeof talkTokens>
export type TalkFitted = z.infer<typeof fitted>
