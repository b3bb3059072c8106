/** Entry of the trainer thread: the only thread that executes TensorFlow operations. */
import { parentPort } from 'node:worker_threads'

import { serveTrainer } from './trainer'

if (parentPort !== null) serveTrainer(parentPort)
