/** A checkpoint as measuring asks it (evaluation/measure.ts): its answers come from a trainer that takes questions. */
import type { AnsweringModel } from '../evaluation/measure'
import { eventsOf } from '../threads/events'
import type { StopIds } from './generation/generate'
import type { AnsweredWith } from './asked'
import type { Trainer } from './trainer-calls'

/** What is asked, and how its answers are read. */
export interface MeasuredModel {
  model: AnsweredWith
  /** The ids that end an answer. */
  stop: StopIds
  /** Folder of the tokenizer by which the calculator reads and writes an answer. */
  tokenizerDir: string
}

/** @param signal cancels what is asked, between two tokens */
export function answeringModel(
  trainer: Pick<Trainer, 'call'>,
  { model, stop, tokenizerDir }: MeasuredModel,
  signal?: AbortSignal,
): AnsweringModel {
  return {
    async letterLogits(prompts, choices) {
      const question = { ...model, prompts, choices, padding: stop.bos }
      return (await trainer.call('choices', question, { signal })).logits
    },
    answers(prompts, maxTokens) {
      const question = { ...model, prompts, maxTokens, stop, calculatorOf: tokenizerDir }
      return eventsOf((call) => trainer.call('answers', question, call), signal)
    },
  }
}
