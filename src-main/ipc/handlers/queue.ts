/** The queue of runs: adding, ordering, pausing. */
import type { RunQueue } from '../../runs/queue/run-queue'
import type { QueuedRuns } from '../../services/queued-runs'
import type { Handlers } from '../serve'

type QueueCalls = Extract<keyof Handlers, `queue.${string}`>

export function queueHandlers(queue: RunQueue, queued: QueuedRuns): Pick<Handlers, QueueCalls> {
  /** An answer of nothing, once the work is done. */
  const done = async (work: Promise<void>): Promise<Record<string, never>> => {
    await work
    return {}
  }
  return {
    'queue.get': () => queue.view,
    'queue.configs': ({ ids }) => queue.list.configs(ids),
    'queue.plan': (asked) => queued.plan(asked),
    'queue.add': async (asked) => ({ ids: await queue.add(queued.of(asked)) }),
    'queue.remove': ({ ids }) => done(queue.remove(ids)),
    'queue.putBack': ({ ids }) => done(queue.putBack(ids)),
    'queue.move': ({ id, to }) => done(queue.list.move(id, to)),
    'queue.again': ({ id }) => done(queue.again(id)),
    'queue.pause': ({ now }) => done(queue.pause(now)),
    'queue.goOn': () => done(queue.goOn()),
  }
}
