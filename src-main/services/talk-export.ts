/**
 * Conversations as JSON lines that a mixture reads again: a list of messages a line, with a person's corrections in place
 * of what the model said. Where all are plain texts, nanochat's own CustomJSON reads them; a system message or the
 * calculator's parts need the task Conversations.
 */
import type { KeptTalk } from '../contract/kept-talks.schema'
import type { Conversation } from '../data/conversation.schema'
import { MidbenchError } from '../errors'

type Message = Conversation['messages'][number]
type Exchange = KeptTalk['exchanges'][number]
type KeptAnswer = Exchange['sides'][number]['takes'][number]['answers'][number]

export interface TalkExport {
  /** A line each, ended. */
  text: string
  conversations: number
  /** Answers that their model had not ended, and that nobody corrected. */
  unfinished: number
  left_out: { id: string; name: string; reason: string }[]
  /** The task that reads them. */
  task: 'CustomJSON' | 'Conversations'
}

/** Why a conversation cannot be trained on. */
class NotExported extends Error {}

/**
 * @param unread others that are left out, and why
 * @throws MidbenchError `talk.not-exported` where not one of them can be exported, with the reasons
 */
export function exportedTalks(talks: readonly KeptTalk[], unread: TalkExport['left_out'] = []): TalkExport {
  const lines: Message[][] = []
  const leftOut = [...unread]
  let unfinished = 0
  for (const talk of talks) {
    try {
      for (const { messages, answers } of sidesOf(talk)) {
        lines.push(messages)
        unfinished += answers.filter(isUnfinished).length
      }
    } catch (error) {
      if (!(error instanceof NotExported)) throw error
      leftOut.push({ id: talk.id, name: talk.name, reason: error.message })
    }
  }
  if (lines.length === 0) throw nothingToExport(leftOut)
  const isPlain = lines.flat().every(({ role, content }) => role !== 'system' && typeof content === 'string')
  return {
    text: lines.map((messages) => `${JSON.stringify(messages)}\n`).join(''),
    conversations: lines.length,
    unfinished,
    left_out: leftOut,
    task: isPlain ? 'CustomJSON' : 'Conversations',
  }
}

/** A conversation for each model that it was led with. */
function sidesOf({ raw, system, exchanges }: KeptTalk): { messages: Message[]; answers: KeptAnswer[] }[] {
  if (raw) throw new NotExported('it is raw text, in which nobody takes turns')
  if (exchanges.length === 0) throw new NotExported('nothing is said in it')
  const count = Math.max(...exchanges.map(({ sides }) => sides.length), 1)
  return Array.from({ length: count }, (_, side) => {
    const answers = saidTo(exchanges, side).map((exchange, index) => answerOf(exchange, side, index))
    const said = answers.flatMap(({ content }, index): Message[] => [
      { role: 'user', content: exchanges[index]?.said ?? '' },
      { role: 'assistant', content },
    ])
    return { messages: system === '' ? said : [{ role: 'system', content: system }, ...said], answers }
  })
}

/** The exchanges up to the last one with a second model; those of the first are all. */
function saidTo(exchanges: readonly Exchange[], side: number): readonly Exchange[] {
  if (side === 0) return exchanges
  return exchanges.slice(0, exchanges.findLastIndex(({ sides }) => sides.length > side) + 1)
}

/** Exchanges from before there was a second model have the first one's answer. */
function answerOf({ sides }: Exchange, side: number, index: number): KeptAnswer {
  const { takes, shown } = sides[side] ?? sides[0] ?? { takes: [], shown: 0 }
  const take = takes[shown]
  const answer = take?.answers[take.chosen]
  if (answer !== undefined && (take?.error === null || answer.written !== null)) return answer
  throw new NotExported(`its turn ${String(index + 1)} has no answer: user and assistant must take turns`)
}

function isUnfinished({ stopped, written }: KeptAnswer): boolean {
  return written === null && (stopped === 'limit' || stopped === 'cancelled')
}

function nothingToExport(leftOut: TalkExport['left_out']): MidbenchError {
  const [first, ...others] = leftOut
  const more = others.length === 0 ? '' : ` (the first of ${String(leftOut.length)} that cannot be)`
  return new MidbenchError({
    code: 'talk.not-exported',
    message:
      first === undefined
        ? 'The project has no conversation to export.'
        : `${first.name} cannot be exported for training: ${first.reason}${more}.`,
    remedy: 'Say something in a conversation, have every turn answered, and export it then.',
    issues: leftOut.map(({ name, reason }) => ({ path: name, message: reason })),
  })
}
