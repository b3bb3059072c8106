/** The thread in which checkpoints are looked at. Entry of a worker; it serves its parent port. */
import { parentPort } from 'node:worker_threads'

import { serveCalls } from '../threads/port-calls'
import { checkpointBrowser, type CheckpointCalls } from './checkpoint-browser'

if (parentPort) serveCalls<CheckpointCalls>(parentPort, checkpointBrowser)
