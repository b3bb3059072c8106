/**
 * Where a server's trainers run: in a thread, as the command line's do, unless $MIDBENCH_TRAINER_HOST or the person's
 * settings there ask for a process. There is no Electron beside TensorFlow, and so nothing to test.
 */
import type { Settings, TrainerStatus } from '../contract/contract'
import { MidbenchError } from '../errors'
import { tensorflowVersion } from '../native/installation'
import { openProcessTrainer } from '../runs/process-trainer'
import { openThreadTrainer } from '../runs/thread-trainer'
import { hostFromEnvironment } from '../runs/trainer-host'
import type { Hosts } from '../services/trainer-hosts'

/** @param choice the person's */
export function serverHosts(choice: () => Settings['trainer_host']): Hosts {
  const builds = `Node ${process.versions.node} and TensorFlow ${tensorflowVersion}`
  const reason = 'A server has no window beside TensorFlow: there is nothing to test.'
  const status = (): TrainerStatus => {
    const [host, decided_by] = decide(choice())
    return {
      ...{ host, decided_by },
      self_test: { state: 'none', reason, at: null, builds },
    }
  }
  return {
    status,
    ensure: () => Promise.resolve(),
    test: () => Promise.reject(new MidbenchError({ code: 'trainer.nothing-to-test', message: reason })),
    open: () => (status().host === 'process' ? openProcessTrainer() : openThreadTrainer()),
    close: () => Promise.resolve(),
  }
}

function decide(chosen: Settings['trainer_host']): [TrainerStatus['host'], TrainerStatus['decided_by']] {
  const wanted = hostFromEnvironment()
  if (wanted !== null) return [wanted, 'environment']
  return chosen === 'auto' ? ['thread', 'server'] : [chosen, 'settings']
}
