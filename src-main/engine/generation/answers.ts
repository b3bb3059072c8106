/** Answers many prompts greedily, each as soon as its answer ends. */
import type { PromptAnswer } from '../../evaluation/measure'
import { type Follow, generate, type StopIds } from './generate'
import type { GenerationSession } from './generation-session'
import { fitPrompt, reachOf } from './reach'

export interface Prompts {
  /** Each of at least one id; where one and its answer are more than the model's reach, only its end is read. */
  prompts: readonly Int32Array[]
  /** The most tokens of an answer, forced ones included. */
  maxTokens: number
  stop: StopIds
}

/**
 * @param follow makes a follower for each answer
 * @throws MidbenchError as {@link generate}
 */
export async function* answerPrompts(
  session: GenerationSession,
  { prompts, maxTokens, stop }: Prompts,
  signal: AbortSignal,
  follow?: () => Follow,
): AsyncGenerator<PromptAnswer, void, void> {
  const greedy = { temperature: 0, topK: null, seed: 0, samples: 1, stop, alternatives: null }
  for (const [prompt, ids] of prompts.entries()) {
    const fitted = fitPrompt(ids, maxTokens, reachOf(session.model))
    const answer: number[] = []
    const options = { ...greedy, maxTokens: fitted.maxTokens }
    for await (const told of generate(session, fitted.ids, options, signal, follow)) {
      if (told.type === 'token') answer.push(told.id)
    }
    yield { prompt, ids: answer }
  }
}
