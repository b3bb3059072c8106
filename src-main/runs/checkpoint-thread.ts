/** The thread that reads checkpoints and what was measured of them. It is a worker's entry and serves its parent port. */
import { parentPort } from 'node:worker_threads'

import { serveCalls } from '../threads/calls'
import { threadChannel } from '../threads/channel'
import { checkpointBrowser, type CheckpointCalls } from './checkpoint-browser'
import { measurementBrowser, type MeasurementCalls } from './measurement-browser'

if (parentPort) {
  serveCalls<CheckpointCalls & MeasurementCalls>(threadChannel(parentPort, 'owner of the thread'), {
    ...checkpointBrowser,
    ...measurementBrowser,
  })
}
