/**
 * Talking to a model: finds the model, asks the inspector, and tells the page what comes, a few frames a second. What
 * was told before an answer was cancelled, or failed, has been sent when the call ends.
 */
import type { CallOutput, CallParsed, TalkTokens } from '../contract/contract'
import { MidbenchError } from '../errors'
import type { Inspector } from '../runs/inspector'
import type { AskedModels } from './asked-models'
import type { JobContext } from './jobs'
import { TokenBatcher } from './token-batcher'

/** How many alternatives are told with each token. */
const ALTERNATIVES = 5

export interface TalkOptions {
  models: AskedModels
  inspector: Pick<Inspector, 'talk' | 'talkPrompt'>
  /** Sends `talk.tokens`. */
  publish: (tokens: TalkTokens) => void
}

export class Talk {
  constructor(private readonly options: TalkOptions) {}

  /** @throws MidbenchError as {@link AskedModels.list} */
  list({ config, dir }: CallParsed<'talk.models'>, call: JobContext): Promise<CallOutput<'talk.models'>> {
    return this.options.models.list({ config, dir }, call)
  }

  /** @throws MidbenchError as {@link AskedModels.resolve} and {@link Inspector.talk}; `cancelled` */
  async answer(asked: CallParsed<'talk.answer'>, { signal }: JobContext): Promise<CallOutput<'talk.answer'>> {
    const { models, inspector, publish } = this.options
    const { of, tokenizerDir, dtype } = models.resolve(asked.model, asked)
    const { temperature, top_k: topK, seed, max_tokens: maxTokens, samples } = asked.sampling
    const question = {
      ...{ of, tokenizerDir, dtype: asked.dtype ?? dtype, prompt: asked.prompt, begin: asked.begin ?? [] },
      options: {
        temperature,
        topK,
        seed,
        maxTokens,
        samples,
        alternatives: asked.alternatives ? ALTERNATIVES : null,
      },
      calculator: asked.calculator,
    }
    const batcher = new TokenBatcher(asked.job, publish)
    try {
      const { tokPerSec, answers } = await inspector.talk(question, {
        signal,
        onEvent: (event) => batcher.add(event),
      })
      const { fitted } = batcher
      if (fitted === null) throw new Error('an answer is fitted before it begins')
      return { answers, fitted, tok_per_sec: tokPerSec }
    } catch (error) {
      throw signal.aborted ? cancelled(error) : error
    } finally {
      batcher.flush()
    }
  }

  /** @throws MidbenchError as {@link AskedModels.resolve} and {@link Inspector.talkPrompt} */
  prompt(asked: CallParsed<'talk.prompt'>, { signal }: JobContext): Promise<CallOutput<'talk.prompt'>> {
    const { models, inspector } = this.options
    const { tokenizerDir } = models.resolve(asked.model, asked)
    return inspector.talkPrompt({ prompt: asked.prompt, tokenizerDir }, { signal })
  }
}

function cancelled(cause: unknown): MidbenchError {
  return new MidbenchError({ code: 'cancelled', message: 'The answer was stopped.' }, { cause })
}
