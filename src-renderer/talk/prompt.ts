/** What a model is given to answer: the conversation so far, as that model had it. */
import { answerContent, chosenAnswer, shownTake, type Answer, type Talk } from './conversation'
import { textOf, type Content } from './content'

/** A message of a prompt, as the contract takes it. */
export interface PromptMessage {
  role: 'system' | 'user' | 'assistant'
  content: Content
  tokens?: { ids: number[]; tokenizer: string }
}

export type Prompt = { as: 'conversation'; messages: PromptMessage[] } | { as: 'text'; text: string }

/**
 * What a side's model is given to answer an exchange: all that was said before, with this side's own answers, and what
 * is said now. A model that joins later has the first one's answers behind it.
 */
export function promptFor(talk: Talk, exchangeId: string, at: number): Prompt {
  const index = talk.exchanges.findIndex(({ id }) => id === exchangeId)
  const past = talk.exchanges.slice(0, index).map((exchange) => {
    const side = exchange.sides[at] ?? exchange.sides[0]
    return { said: exchange.said, take: side && shownTake(side), answer: side && chosenAnswer(side) }
  })
  const said = talk.exchanges[index]?.said ?? ''
  if (talk.raw) {
    const texts = past.map((each) => each.said + (each.answer ? textOf(answerContent(each.answer)) : ''))
    return { as: 'text', text: [...texts, said].join('') }
  }
  const messages: PromptMessage[] = talk.system === '' ? [] : [{ role: 'system', content: talk.system }]
  for (const each of past) {
    messages.push({ role: 'user', content: each.said })
    messages.push(messageOf(each.answer, each.take?.fitted?.tokenizer))
  }
  return { as: 'conversation', messages: [...messages, { role: 'user', content: said }] }
}

/** An answer as a message; with its very ids, where the model said it. */
function messageOf(answer: Answer | undefined, tokenizer: string | undefined): PromptMessage {
  const message: PromptMessage = { role: 'assistant', content: answer ? answerContent(answer) : '' }
  if (!answer || answer.written !== null || tokenizer === undefined) return message
  return { ...message, tokens: { ids: answer.tokens.map(({ id }) => id), tokenizer } }
}
