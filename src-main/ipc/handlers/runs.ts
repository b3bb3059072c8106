/** Starting, controlling and watching runs. */
import { MidbenchError } from '../../errors'
import type { Jobs } from '../../services/jobs'
import type { RunManager } from '../../runs/run-manager'
import type { StartRun } from '../../runs/start-run'
import { runPlace } from '../../services/run-places'
import type { About } from '../../services/shell'
import type { Handlers } from '../serve'

type RunCalls = Extract<keyof Handlers, `runs.${string}`>

type Control = 'runs.start' | 'runs.pause' | 'runs.resume' | 'runs.stop'

export function runHandlers(
  runs: RunManager,
  jobs: Jobs,
  about: Pick<About, 'open'>,
): Pick<Handlers, RunCalls> {
  return {
    ...controlHandlers(runs, jobs),
    'runs.label': ({ runId, labels }) => runs.labelling.set(runId, labels),
    'runs.list': () => runs.list(),
    'runs.configs': ({ runIds }) => runs.configs(runIds),
    'runs.get': ({ runId }) => runs.get(runId),
    'runs.open': async ({ runId, what }) => {
      const path = await runPlace(runs, runId, what)
      const fault = await about.open(path)
      if (fault !== '') throw notOpened(path, fault)
      return {}
    },
    'runs.remove': ({ runId }) => runs.remove(runId),
    'runs.restore': ({ runId }) => runs.restore(runId),
    'runs.trash': () => runs.removal.list(),
    'runs.emptyTrash': async () => {
      await runs.removal.empty()
      return {}
    },
    'runs.watch': ({ runId, fromStep }) => runs.watch(runId, fromStep),
  }
}

/** Starting a run, and what can be asked of one that goes on. */
function controlHandlers(runs: RunManager, jobs: Jobs): Pick<Handlers, Control> {
  return {
    'runs.start': async ({ job, ...request }) => {
      const start = async (call: Pick<StartRun, 'signal' | 'onProgress'>) => ({
        runId: await runs.start({ ...request, ...call }),
      })
      return job === undefined ? start({}) : jobs.run(job, start)
    },
    'runs.pause': ({ runId }) => {
      runs.pause(runId)
      return {}
    },
    'runs.resume': async ({ runId, device_batch_size }) => {
      const config =
        device_batch_size === undefined ? undefined : { ...runs.get(runId).config, device_batch_size }
      await runs.resume(runId, { config })
      return {}
    },
    'runs.stop': async ({ runId }) => {
      await runs.stop(runId)
      return {}
    },
  }
}

function notOpened(path: string, fault: string): MidbenchError {
  return new MidbenchError({ code: 'run.not-opened', message: `${path} could not be opened: ${fault}` })
}
