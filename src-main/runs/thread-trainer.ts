/**
 * A trainer in a worker thread, with a data thread beside it that packs its batches: the two have a port of their own, so
 * that batches never pass through the supervisor's thread.
 */
import { portLink, type OpenedTrainer } from '../engine/trainer-link'
import { DataThread } from '../packing/data-host'
import { spawnThread } from '../threads/spawn'

/** @throws MidbenchError `thread.missing` where a thread's file is not in the build */
export function openThreadTrainer(): OpenedTrainer {
  const trainer = spawnThread('trainer')
  const data = DataThread.start()
  return {
    ...portLink(trainer, data.connectPort()),
    async close() {
      await Promise.all([trainer.terminate(), data.close()])
    },
  }
}
