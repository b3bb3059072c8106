/**
 * Entry of a trainer process: a trainer with a data thread of its own, so that no batch crosses to another process. It
 * speaks with its supervisor over the channel of `child_process.fork`, says `ready` first, and ends with the supervisor.
 */
import { endWithParent, offerAsFirstVictim } from '../native/process-ties'
import { DataThread } from '../packing/data-host'
import { yieldToTheWindow } from '../threads/priority'
import { PROCESS_READY } from '../threads/spawn'
import { serveTrainer } from './trainer'
import type { TrainerRequest } from './trainer-protocol'

if (process.send !== undefined) serveSupervisor(process.send.bind(process))

function serveSupervisor(say: (message: unknown) => void): void {
  yieldToTheWindow()
  offerAsFirstVictim()
  endWithParent()
  process.on('disconnect', () => process.exit(0))
  const data = DataThread.start()
  serveTrainer(
    {
      postMessage: say,
      on: (_, listener) =>
        process.on('message', (request) => {
          listener(request as TrainerRequest) // of the same build: it is started by its supervisor
        }),
    },
    () => data.connectPort(),
  )
  say(PROCESS_READY)
}
