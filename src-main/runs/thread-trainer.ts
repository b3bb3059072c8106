/**
 * A trainer in a worker thread, with a data thread beside it that packs its batches: the two have a port of their own, so
 * that batches never pass through the supervisor's thread.
 */
import type { Trainer, TrainerCalls } from '../engine/trainer-calls'
import { DataThread } from '../packing/data-host'
import { startThread } from '../threads/spawn'

/** @throws MidbenchError `thread.missing` where a thread's file is not in the build */
export function openThreadTrainer(): Trainer {
  const data = DataThread.start()
  const port = data.connectPort()
  const trainer = startThread<TrainerCalls>('trainer', 'trainer thread', {
    workerData: port,
    transferList: [port],
  })
  return {
    call: (...call) => trainer.call(...call),
    async close() {
      await Promise.all([trainer.close(), data.close()])
    },
  }
}
