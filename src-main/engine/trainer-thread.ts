/** Entry of the trainer thread: the only thread that executes TensorFlow operations. */
import { parentPort } from 'node:worker_threads'

import { yieldToTheWindow } from '../threads/priority'
import { serveTrainer } from './trainer'

yieldToTheWindow()
if (parentPort !== null) serveTrainer(parentPort)
