/**
 * A trainer in a worker thread. Once a job reads data, a data thread beside it packs the batches; the two share a port
 * of their own, so that batches never pass through the supervisor's thread.
 */
import { MessageChannel } from 'node:worker_threads'

import type { Trainer, TrainerCalls } from '../engine/trainer-calls'
import { DataThread } from '../packing/data-host'
import { startThread } from '../threads/spawn'

const READ_DATA: readonly (keyof TrainerCalls)[] = ['train', 'evaluate', 'logits']

/** @throws MidbenchError `thread.missing` where a thread's file is not in the build */
export function openThreadTrainer(): Trainer {
  const { port1, port2 } = new MessageChannel()
  const options = { workerData: port1, transferList: [port1] }
  const trainer = startThread<TrainerCalls>('trainer', 'trainer thread', options)
  let data: DataThread | null = null
  return {
    call(name, input, options) {
      if (data === null && READ_DATA.includes(name)) {
        data = DataThread.start()
        data.serve(port2)
      }
      return trainer.call(name, input, options)
    },
    async close() {
      await Promise.all([trainer.close(), data?.close()])
    },
  }
}
