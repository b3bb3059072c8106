/** Losses token by token: a job, answered by the inspector. */
import type { Jobs } from '../../services/jobs'
import { tokenLosses, type TokenLossesOptions } from '../../services/token-losses'
import type { Handlers } from '../serve'

type LossCalls = Extract<keyof Handlers, `losses.${string}`>

export function lossHandlers(options: TokenLossesOptions, jobs: Jobs): Pick<Handlers, LossCalls> {
  return {
    'losses.batch': ({ job, ...asked }) => jobs.run(job, (call) => tokenLosses(asked, options, call)),
  }
}
