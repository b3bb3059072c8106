/** Entry of the trainer thread, the only one that executes TensorFlow ops. Starts with a port to its data thread. */
import { MessagePort, parentPort, workerData } from 'node:worker_threads'

import { threadChannel } from '../threads/channel'
import { yieldToTheWindow } from '../threads/priority'
import { serveTrainer } from './trainer'

function dataPort(): MessagePort {
  if (workerData instanceof MessagePort) return workerData
  throw new Error('the trainer thread was started without a port to its data')
}

yieldToTheWindow()
if (parentPort !== null) serveTrainer(threadChannel(parentPort, 'owner of the trainer'), dataPort)
