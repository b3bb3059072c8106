/** The thread in which checkpoints are looked at. Entry of a worker; it serves its parent port. */
import { parentPort } from 'node:worker_threads'

import { serveCalls } from '../threads/calls'
import { threadChannel } from '../threads/channel'
import { checkpointBrowser, type CheckpointCalls } from './checkpoint-browser'

if (parentPort) {
  serveCalls<CheckpointCalls>(threadChannel(parentPort, 'owner of the thread'), checkpointBrowser)
}
