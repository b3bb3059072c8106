/**
 * Makes a trainer where it is to run. A thread is the rule: it starts at once and shares the data cache's memory. A
 * process costs half a second and nothing after that, and what ends it ends nothing else.
 */
import type { OpenTrainer, Trainer } from '../engine/trainer-calls'
import { MidbenchError } from '../errors'
import { openProcessTrainer } from './process-trainer'
import { openThreadTrainer } from './thread-trainer'
import { trainerHost, type TrainerHost } from './trainer-host.schema'

export type { OpenTrainer }

/**
 * What $MIDBENCH_TRAINER_HOST says; null where it says nothing.
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

/** As the environment says, else in a thread: the command line's choice. @throws MidbenchError `trainer.host` */
export function openChosenTrainer(): Trainer {
  return openTrainer(hostFromEnvironment() ?? 'thread')
}
