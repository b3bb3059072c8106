/**
 * Conversations that are kept with the project: each with everything that it was, so that it is the same when it is
 * opened again. The page writes one whenever it changes; each is a file beside the project's config.
 */
import { z } from 'zod'
import { failure } from '../config/run.schema'
import { mixtureEntry } from '../data/mixture.schema'
import { message } from '../data/conversation.schema'
import { modelRef, modelView } from '../runs/model-ref.schema'
import { nothing } from './common.schema'
import { fitted, MOST_SAMPLES, sampling, stopped, talkToken } from './talk.schema'

/** The most that is kept of a conversation: exchanges, takes of an answer. */
const MOST_EXCHANGES = 1000
const MOST_TAKES = 100

const at = z.number().describe('milliseconds since 1970')

/** One sample of a take. */
const keptAnswer = z.object({
  /** Those that it was asked to begin with come first. */
  tokens: z.array(talkToken),
  /** What was held back of a last character that was cut off. */
  rest: z.string(),
  /** `cancelled`: a person stopped it, asking failed, or it was still coming; it is what had come by then. */
  stopped: z.enum([...stopped.options, 'cancelled']),
  /** What a person wrote in its place, as it is edited; null where it stands as it came. */
  written: z.string().nullable(),
  /** What it says now, whoever wrote it: what goes on in the conversation, and is exported. */
  content: message.shape.content,
})

/** A model's answer, asked for once. */
const keptTake = z.object({
  id: z.string(),
  model: modelRef,
  /** What the model was called then. */
  title: z.string(),
  chats: modelView.shape.chats,
  sampling,
  /** How the prompt was read, and by which checkpoint; null where it never was. */
  fitted: fitted.nullable(),
  answers: z.array(keptAnswer).min(1).max(MOST_SAMPLES),
  /** Index of the sample that the conversation goes on from. */
  chosen: z.int().min(0),
  /** Tokens a second; null where it did not end by itself. */
  tok_per_sec: z.number().nullable(),
  /** Why it could not be answered. */
  error: failure.nullable(),
})

/** What a person said, and for each model that it was said to (one, or two side by side) the takes of its answer. */
const keptExchange = z.object({
  id: z.string(),
  said: z.string(),
  sides: z
    .array(
      z.object({
        takes: z.array(keptTake).max(MOST_TAKES),
        /** Index of the take that the conversation goes on from. */
        shown: z.int().min(0),
      }),
    )
    .max(2),
})

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
const name = z.string().trim().min(1).max(200)

export const keptTalk = z.object({
  /** Made by the page: small letters, digits and dashes. */
  id,
  name,
  /** Without chat tokens: what is said is gone on with as it stands. */
  raw: z.boolean(),
  /** '' where there is no system message. */
  system: z.string(),
  /** Who was picked last: one, or two side by side. */
  models: z.array(modelRef).max(2),
  /** As chosen last. */
  sampling,
  calculator: z.boolean(),
  exchanges: z.array(keptExchange).max(MOST_EXCHANGES),
  created_at: at,
})

/** What a list shows of a conversation. */
export const talkSummary = keptTalk.pick({ id: true, name: true, raw: true, created_at: true }).extend({
  updated_at: at,
  exchanges: z.int(),
  /** Titles of those who answered. */
  models: z.array(z.string()),
})

/** The folder of the project's conversations, as `talk.conversations` names it. */
const place = z.string()
const one = z.object({ place, id })

export const keptTalkCalls = {
  /** Those of the open project, the one that changed last first. Ask again when the project changes. */
  'talk.conversations': {
    input: nothing,
    output: z.object({
      place,
      conversations: z.array(talkSummary),
      /** Files that cannot be understood, or why the folder cannot be read: they stay as they are. */
      problems: z.array(z.string()),
    }),
  },
  'talk.open': { input: one, output: keptTalk },
  /** Writes a conversation, a new one or as it is now; resolves once it is on the disk. */
  'talk.keep': { input: z.object({ place, talk: keptTalk }), output: talkSummary },
  'talk.rename': { input: one.extend({ name }), output: talkSummary },
  /** Until another twenty are removed, `talk.restore` brings it back. */
  'talk.remove': { input: one, output: nothing },
  'talk.restore': { input: one, output: talkSummary },
  /**
   * Asks for a place and writes conversations there as JSON lines, for the mixture to read; null: the dialog was
   * cancelled. A correction stands for its answer. A single one that cannot be exported is refused; of several, such
   * are left out.
   */
  'talk.export': {
    input: z.object({
      place,
      /** null = all of the project's. */
      ids: z.array(id).min(1).nullable(),
    }),
    output: z
      .object({
        path: z.string(),
        /** Lines: two models side by side make two of a conversation. */
        conversations: z.int(),
        /** Answers among them that their model had not ended, and that nobody corrected. */
        unfinished: z.int(),
        left_out: z.array(z.object({ id, name: z.string(), reason: z.string() })),
        /** What a mixture would list to train on them. */
        entry: mixtureEntry,
      })
      .nullable(),
  },
} as const

export type KeptTalk = z.infer<typeof keptTalk>
export type TalkSummary = z.infer<typeof talkSummary>
