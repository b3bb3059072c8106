/** Cancelling a long call. */
import type { Jobs } from '../../services/jobs'
import type { Handlers } from '../serve'

export function jobHandlers(jobs: Jobs): Pick<Handlers, 'jobs.cancel'> {
  return {
    'jobs.cancel': ({ job }) => {
      jobs.cancel(job)
      return {}
    },
  }
}
