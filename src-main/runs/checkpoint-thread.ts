/** The thread that reads checkpoints. It is a worker's entry and serves its parent port. */
import { parentPort } from 'node:worker_threads'

import { serveCalls } from '../threads/calls'
import { threadChannel } from '../threads/channel'
import { checkpointBrowser, type CheckpointCalls } from './checkpoint-browser'

if (parentPort) {
  serveCalls<CheckpointCalls>(threadChannel(parentPort, 'owner of the thread'), checkpointBrowser)
}
