/**
 * The two threads of a job: the data thread packs batches, the trainer asks for them over a port of its own, so that
 * batches never pass through the supervisor's thread.
 */
import type { MessagePort, Worker } from 'node:worker_threads'

import { DataThread } from '../packing/data-host'
import { spawnThread } from '../threads'

export interface RunThreads {
  trainer: Worker | MessagePort
  /** Served by the data thread; handed to the trainer with its job. */
  dataPort: MessagePort
  /** Ends both. */
  close(): Promise<void>
}

export type OpenRunThreads = () => RunThreads

/** @throws MidbenchError `thread.missing` where a thread's file is not in the build */
export function openRunThreads(): RunThreads {
  const trainer = spawnThread('trainer')
  const data = DataThread.start()
  return {
    trainer,
    dataPort: data.connectPort(),
    async close() {
      await Promise.all([trainer.terminate(), data.close()])
    },
  }
}
