/** Talking to models. */
import type { Jobs } from '../../services/jobs'
import type { Talk } from '../../services/talk'
import type { Handlers } from '../serve'

type TalkCalls = Extract<keyof Handlers, `talk.${string}`>

export function talkHandlers(talk: Talk, jobs: Jobs): Pick<Handlers, TalkCalls> {
  return {
    'talk.models': (input) => jobs.run(input.job, (context) => talk.list(input, context)),
    'talk.answer': (input) => jobs.run(input.job, (context) => talk.answer(input, context)),
    'talk.prompt': (input) => jobs.run(input.job, (context) => talk.prompt(input, context)),
  }
}
