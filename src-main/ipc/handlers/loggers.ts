/** Installing what a logger needs. */
import { installLogger } from '../../services/install-logger'
import type { Jobs } from '../../services/jobs'
import type { Handlers } from '../serve'

export function loggerHandlers(jobs: Jobs): Pick<Handlers, 'loggers.install'> {
  return {
    'loggers.install': ({ name, job }) =>
      jobs.run(job, async (context) => {
        await installLogger(name, context)
        return {}
      }),
  }
}
