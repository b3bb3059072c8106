/**
 * Entry of a trainer process: a trainer with a data thread of its own, so that no batch crosses to another process. It
 * talks to its supervisor over the channel of `child_process.fork`, says `ready` first, and ends with the supervisor.
 */
import { endWithParent, offerAsFirstVictim } from '../native/process-ties'
import { DataThread } from '../packing/data-host'
import { type Channel, parentChannel } from '../threads/channel'
import { yieldToRuns, yieldToTheWindow } from '../threads/priority'
import { PROCESS_READY } from '../threads/spawn'
import { serveTrainer } from './trainer'

const supervisor = parentChannel()
if (supervisor !== null) serveSupervisor(supervisor)

function serveSupervisor(channel: Channel): void {
  yieldToTheWindow()
  offerAsFirstVictim()
  endWithParent()
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined) // Ctrl-C in a terminal reaches this process too: the supervisor has it save and end
  serveTrainer(channel, () => DataThread.start().connectPort(), yieldToRuns)
  channel.post(PROCESS_READY)
}
