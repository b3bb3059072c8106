/**
 * Conversations that are kept with the project: each with everything that it was, so that it is the same when it is
 * opened again. The page writes one whenever it changes; each is a file beside the project's config.
 */
import { z } from 'zod'
import { mixtureEntry } from '../data/mixture.schema'
import { message } from '../data/conversation.schema'
import { modelRef } from '../runs/model-ref.schema'
import { nothing } from './common.schema'
import { sampling, stopped, talkToken } from './talk.schema'

/** The most turns of a conversation, and answers of a turn, that are kept. */
const MOST_TURNS = 1000
const MOST_ANSWERS = 100

const at = z.number().describe('milliseconds since 1970')

/** One sample of an answer. */
const keptAnswer = z.object({
  /** Those that it was asked to begin with included. */
  tokens: z.array(talkToken),
  /** `cancelled`: a person stopped it, and it is what had come by then. */
  stopped: z.enum([...stopped.options, 'cancelled']),
  content: message.shape.content,
  /** What a person made of it; null where it stands as it came. */
  corrected: z.string().nullable(),
  /** The seed is that of its own sample. */
  sampling: sampling.omit({ samples: true }),
  dtype: z.enum(['float32', 'bfloat16']),
  /** Who answered, as it was shown then. */
  by: z.object({
    model: modelRef,
    title: z.string(),
    dir: z.string(),
    step: z.int(),
    tokenizer: z.string(),
  }),
  at,
})

/** What a person said, and the answers of each model that it was said to: one, or two side by side. */
const keptTurn = z.object({
  text: z.string(),
  lanes: z
    .array(
      z.object({
        answers: z.array(keptAnswer).max(MOST_ANSWERS),
        /** Index of the answer that the conversation goes on from. */
        chosen: z.int().min(0),
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
  /** `raw`: the turns' texts are gone on with as they are, without chat tokens. */
  mode: z.enum(['chat', 'raw']),
  /** '' where there is no system message. */
  system: z.string(),
  /** Who was picked last: one, or two side by side. */
  models: z.array(modelRef).max(2),
  /** As chosen last. */
  sampling,
  calculator: z.boolean(),
  turns: z.array(keptTurn).max(MOST_TURNS),
  created_at: at,
})

/** What a list shows of a conversation. */
export const talkSummary = keptTalk.pick({ id: true, name: true, mode: true, created_at: true }).extend({
  updated_at: at,
  turns: z.int(),
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
      /** Files that cannot be understood, and why: they stay as they are. */
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
