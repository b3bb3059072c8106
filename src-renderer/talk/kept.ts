/** A conversation as it is kept with the project, and back. */
import { CallError } from '../api/client'
import type { KeptTalk } from '../api/types'
import { answerContent, type Answer, type Take, type Talk } from './conversation'

type KeptTake = KeptTalk['exchanges'][number]['sides'][number]['takes'][number]
type KeptAnswer = KeptTake['answers'][number]

/** What is kept beside the conversation itself. */
export type KeptWith = Pick<KeptTalk, 'id' | 'name' | 'created_at' | 'models' | 'sampling' | 'calculator'>

const LONGEST_NAME = 60

/** A name for a conversation that has none: how it begins. */
export function nameOf({ exchanges }: Talk): string {
  const said = (exchanges[0]?.said ?? '').replace(/\s+/g, ' ').trim()
  const characters = [...said]
  if (characters.length === 0) return 'Conversation'
  return characters.length <= LONGEST_NAME ? said : `${characters.slice(0, LONGEST_NAME - 1).join('')}…`
}

export function toKept({ exchanges, ...talk }: Talk, beside: KeptWith): KeptTalk {
  const kept = exchanges.map(({ sides, ...exchange }) => ({
    ...exchange,
    sides: sides.map(({ takes, shown }) => ({ takes: takes.map(keptTake), shown })),
  }))
  return { ...beside, ...talk, exchanges: kept }
}

function keptTake({ tokPerSec, error, answers, ...take }: Take): KeptTake {
  const failure = error && {
    code: error.code,
    message: error.message,
    issues: error.issues,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
  }
  return { ...take, answers: answers.map(keptAnswer), tok_per_sec: tokPerSec, error: failure }
}

/** An answer that is still coming is kept as one that was stopped. */
function keptAnswer(answer: Answer): KeptAnswer {
  const { tokens, stopped } = answer
  return {
    ...answer,
    tokens: [...tokens],
    stopped: stopped ?? 'cancelled',
    content: answerContent(answer),
  }
}

export function fromKept({ system, raw, exchanges }: KeptTalk): Talk {
  const opened = exchanges.map(({ sides, ...exchange }) => ({
    ...exchange,
    sides: sides.map(({ takes, shown }) => ({ takes: takes.map(takeOf), shown })),
  }))
  return { system, raw, exchanges: opened }
}

function takeOf({ tok_per_sec: tokPerSec, error, answers, ...take }: KeptTake): Take {
  const shown = answers.map(({ content: _, ...answer }): Answer => answer)
  return { ...take, answers: shown, tokPerSec, error: error && new CallError(error) }
}
