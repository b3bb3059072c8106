/** Losses token by token, computed in a trainer thread that ends when it has answered. */
import type { Jobs } from '../../app/jobs'
import type { RunManager } from '../../runs/run-manager'
import { tokenLosses, type TokenLossesOptions } from '../../runs/token-losses'
import type { Handlers } from '../serve'

type LossCalls = Extract<keyof Handlers, `losses.${string}`>

export function lossHandlers(
  runs: Pick<RunManager, 'get'>,
  options: TokenLossesOptions,
  jobs: Jobs,
): Pick<Handlers, LossCalls> {
  return {
    'losses.batch': ({ config, dir, split, batch, runId, job }) =>
      jobs.run(job, (call) => {
        const runDir = runId === null ? null : runs.get(runId).dir
        return tokenLosses({ config, dir, split, batch, runDir }, options, call)
      }),
  }
}
