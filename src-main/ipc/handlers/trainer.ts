/** Where the trainer runs, and the self-test that decides it. */
import type { Jobs } from '../../services/jobs'
import type { Hosts } from '../../services/trainer-hosts'
import type { Handlers } from '../serve'

export function trainerHandlers(
  hosts: Pick<Hosts, 'status' | 'test'>,
  jobs: Jobs,
): Pick<Handlers, 'trainer.status' | 'trainer.test'> {
  return {
    'trainer.status': () => hosts.status(),
    'trainer.test': ({ job }) => jobs.run(job, (call) => hosts.test(call)),
  }
}
