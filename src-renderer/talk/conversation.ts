/**
 * A conversation as the window holds it, and how it changes. Each exchange is what a person said and, for every model
 * that is asked, the takes of its answer: asked again, from another token, or by hand, an answer becomes a new take, and
 * the earlier ones stay. The take and the sample in sight are what the conversation goes on from.
 *
 * Everything here is plain data and never changed in place, so that any state can be put back.
 */
import type { CallError } from '../api/client'
import type { ModelView, Sampling, TalkFitted, TalkToken } from '../api/types'
import { contentOf, type Content } from './content'
import { contentFrom } from './source'

/** One sample of a take. */
export interface Answer {
  /** Those that were given to begin with come first. */
  tokens: readonly TalkToken[]
  /** What was held back of a last character that was cut off. */
  rest: string
  /** Why it ended; null while it comes. `cancelled`: a person stopped it, or asking failed. */
  stopped: Stopped | null
  /** What a person wrote in its place, calls of the calculator as source.ts has them; null for what the model said. */
  written: string | null
}
export type Stopped = 'end' | 'bos' | 'limit' | 'cancelled'

/** The model that is asked for a take, as it was shown then. */
export type AskedOf = Pick<ModelView, 'model' | 'title' | 'chats'>

/** A model's answer, asked for once. */
export interface Take extends AskedOf {
  id: string
  sampling: Sampling
  /** How the prompt was read; null until that is known. */
  fitted: TalkFitted | null
  answers: readonly Answer[]
  /** The sample that the conversation goes on from. */
  chosen: number
  /** Tokens a second once the prompt was read; null until it has ended by itself. */
  tokPerSec: number | null
  /** Why it could not be answered. */
  error: CallError | null
}

/** The takes of one model's answer to an exchange. */
export interface Side {
  takes: readonly Take[]
  /** The take in sight. */
  shown: number
}

export interface Exchange {
  id: string
  said: string
  /** One for each model that was asked. */
  sides: readonly Side[]
}

export interface Talk {
  system: string
  /** Without chat tokens: the text goes on as it stands. */
  raw: boolean
  exchanges: readonly Exchange[]
}

export const NEW_TALK: Talk = { system: '', raw: false, exchanges: [] }

/** A take that has just been asked for. */
export function freshTake(
  asked: AskedOf & Pick<Take, 'id' | 'sampling'>,
  begun: readonly TalkToken[] = [],
): Take {
  const answer: Answer = { tokens: begun, rest: '', stopped: null, written: null }
  const answers = Array.from({ length: asked.sampling.samples }, () => answer)
  return { ...asked, fitted: null, answers, chosen: 0, tokPerSec: null, error: null }
}

export function shownTake({ takes, shown }: Side): Take | undefined {
  return takes[shown]
}

/** What the conversation goes on from. */
export function chosenAnswer(side: Side): Answer | undefined {
  const take = shownTake(side)
  return take?.answers[take.chosen]
}

/** Whether an answer is still coming. */
export function isComing({ answers }: Take): boolean {
  return answers.some(({ stopped }) => stopped === null)
}

/** Changes one take, wherever it is. A talk that no longer has it stays as it is. */
export function withTake(talk: Talk, id: string, change: (take: Take) => Take): Talk {
  const has = (side: Side): boolean => side.takes.some((take) => take.id === id)
  return {
    ...talk,
    exchanges: talk.exchanges.map((exchange) =>
      exchange.sides.some(has)
        ? {
            ...exchange,
            sides: exchange.sides.map((side) => ({
              ...side,
              takes: side.takes.map((take) => (take.id === id ? change(take) : take)),
            })),
          }
        : exchange,
    ),
  }
}

/** Changes a side of an exchange. A side that is not there yet is added. */
export function withSide(talk: Talk, exchangeId: string, at: number, change: (side: Side) => Side): Talk {
  return {
    ...talk,
    exchanges: talk.exchanges.map((exchange) => {
      if (exchange.id !== exchangeId) return exchange
      const sides = [...exchange.sides]
      while (sides.length <= at) sides.push({ takes: [], shown: 0 })
      sides[at] = change(sides[at] ?? { takes: [], shown: 0 })
      return { ...exchange, sides }
    }),
  }
}

/** Adds a take and brings it into sight. */
export function addTake(side: Side, take: Take): Side {
  return { takes: [...side.takes, take], shown: side.takes.length }
}

/** The beginning of a talk, before an exchange. */
export function before(talk: Talk, exchangeId: string): Talk {
  const at = talk.exchanges.findIndex(({ id }) => id === exchangeId)
  return at < 0 ? talk : { ...talk, exchanges: talk.exchanges.slice(0, at) }
}

/** What an answer says: what a person wrote in its place, or its tokens' text. */
export function answerContent({ written, tokens, rest }: Answer): Content {
  return written === null ? contentOf(tokens, rest) : contentFrom(written)
}
