/** Calls about checkpoints. Answers come from the checkpoint thread. */
import type { CheckpointAccess } from '../../services/checkpoint-access'
import type { Jobs } from '../../services/jobs'
import type { Handlers } from '../serve'

type CheckpointCalls = Extract<keyof Handlers, `checkpoints.${string}`>

export function checkpointHandlers(access: CheckpointAccess, jobs: Jobs): Pick<Handlers, CheckpointCalls> {
  return {
    'checkpoints.list': ({ config, dir, job }) =>
      jobs.run(job, (context) => access.list(config, dir, context)),
    'checkpoints.tensors': (at) => access.tensors(at),
    'checkpoints.histogram': ({ job, ...at }) => jobs.run(job, (context) => access.histogram(at, context)),
  }
}
