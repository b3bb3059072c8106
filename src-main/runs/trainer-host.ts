/**
 * Opens a trainer where it is to run. A thread is the default: it starts at once and shares the data cache's memory. A
 * process takes half a second to start and nothing after that, and whatever ends it ends nothing else.
 */
import type { OpenTrainer, Trainer } from '../engine/trainer-calls'
import { MidbenchError } from '../errors'
import { openProcessTrainer } from './process-trainer'
import { openThreadTrainer } from './thread-trainer'
import { trainerHost, type TrainerHost } from './trainer-host.schema'

export type { OpenTrainer }

/**
 * The host named by $MIDBENCH_TRAINER_HOST; null where it is not set.
 *
 * @throws MidbenchError `trainer.host` where it names no host
 */
export function hostFromEnvironment(environment: NodeJS.ProcessEnv = process.env): TrainerHost | null {
  const wanted = environment['MIDBENCH_TRAINER_HOST']
  if (wanted === undefined || wanted === '') return null
  const { data: host } = trainerHost.safeParse(wanted)
  if (host !== undefined) return host
  throw new MidbenchError({
    code: 'trainer.host',
    message: `MIDBENCH_TRAINER_HOST is ${JSON.stringify(wanted)}.`,
    remedy: 'Set it to "thread" or "process", or leave it out.',
  })
}

function openTrainer(host: TrainerHost): Trainer {
  return host === 'process' ? openProcessTrainer() : openThreadTrainer()
}

/** The command line's choice: the environment's host, else a thread. @throws MidbenchError `trainer.host` */
export function openChosenTrainer(): Trainer {
  return openTrainer(hostFromEnvironment() ?? 'thread')
}
