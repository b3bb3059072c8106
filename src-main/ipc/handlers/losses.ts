/** Losses token by token, computed in a trainer thread that ends when it has answered. */
import type { Jobs } from '../../services/jobs'
import type { RunManager } from '../../runs/run-manager'
import type { RunConfig } from '../../config/config.schema'
import type { RunDetail } from '../../config/run.schema'
import { tokenLosses, type TokenLossesOptions, type TokenLossesRequest } from '../../runs/token-losses'
import type { Handlers } from '../serve'

type LossCalls = Extract<keyof Handlers, `losses.${string}`>

export function lossHandlers(
  runs: Pick<RunManager, 'get'>,
  options: TokenLossesOptions,
  jobs: Jobs,
): Pick<Handlers, LossCalls> {
  return {
    'losses.batch': ({ split, batch, job, ...of }) =>
      jobs.run(job, (call) => {
        const whose = 'config' in of ? projectLosses(of, runs) : runLosses(runs.get(of.runId))
        return tokenLosses({ ...whose, split, batch }, options, call)
      }),
  }
}

type Whose = Omit<TokenLossesRequest, 'split' | 'batch'>

/** The project's batch under a run's last checkpoint, or under the project's base. */
function projectLosses(
  { config, dir, runId }: { config: RunConfig; dir: string; runId: string | null },
  runs: Pick<RunManager, 'get'>,
): Whose {
  return { config, dir, runDir: runId === null ? null : runs.get(runId).dir }
}

/** A run's batch under its own last checkpoint, or the very base that it began with. */
function runLosses({ config, dir, checkpoints, model }: RunDetail): Whose {
  const base = model === null ? {} : { model_tag: model.tag, model_step: model.step }
  return { config: { ...config, ...base }, dir, runDir: checkpoints.length > 0 ? dir : null, batchOf: dir }
}
