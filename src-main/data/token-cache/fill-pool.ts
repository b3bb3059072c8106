/**
 * Fills a mixture's token cache with threads of its own. Each thread opens the mixture for itself and takes one segment
 * after another; segments are independent, so throughput grows with the threads as far as there are cores.
 */
import { warnOfDamage, type OnDamage } from '../../files/checksum'
import { unlessAborted } from '../../threads/breathe'
import type { Caller } from '../../threads/calls'
import { startThread } from '../../threads/spawn'
import type { FillCalls, FillSetup, Measured } from './fill-calls'
import type { FillJob } from './token-source'

export interface FillOptions {
  /** Number of threads; at most one for each job. */
  threads: number
  signal?: AbortSignal | undefined
  /** Called when something in the cache is damaged. @default a warning of the process */
  onNotice?: OnDamage
  /** Called after each segment with the number of jobs that are done. */
  onDone?: (job: FillJob, done: number) => void
}

/**
 * Renders the segments that `jobs` name.
 * @throws MidbenchError the error of the first thread that fails (a full disk); the signal's reason when it is aborted.
 *   Segments already written stay.
 */
export async function fillSegments(
  jobs: readonly FillJob[],
  setup: FillSetup,
  { threads, signal, onDone, onNotice = warnOfDamage }: FillOptions,
): Promise<void> {
  const queue = [...jobs]
  let done = 0
  await withThreads({ count: Math.min(threads, jobs.length), setup, signal, onNotice }, async (thread) => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      await thread.call('fill', job)
      onDone?.(job, ++done)
    }
  })
}

/** How fast `threads` threads render together, each over the whole mixture, once they are open and have warmed up. */
export async function measureThreads(
  threads: number,
  setup: FillSetup,
  seconds: number,
  signal?: AbortSignal,
): Promise<Measured[]> {
  const measured: Measured[] = []
  let warm = 0
  let start: () => void = () => undefined
  const allWarm = new Promise<void>((resolve) => (start = resolve))
  await withThreads({ count: threads, setup, signal, onNotice: warnOfDamage }, async (thread) => {
    await thread.call('measure', { seconds: seconds / 2 })
    if (++warm === threads) start()
    await allWarm
    measured.push(await thread.call('measure', { seconds }))
  })
  return measured
}

interface Threads {
  count: number
  setup: FillSetup
  signal: AbortSignal | undefined
  onNotice: OnDamage
}

/** Starts threads, calls `use` with each once it is open, and ends them all whatever happens. */
async function withThreads(
  { count, setup: { entries, locations }, signal, onNotice }: Threads,
  use: (thread: Caller<FillCalls>) => Promise<void>,
): Promise<void> {
  const who = 'thread that renders conversations'
  const threads = Array.from({ length: count }, () =>
    startThread<FillCalls>('tokens', who, undefined, onNotice),
  )
  const work = threads.map(async (thread) => {
    await thread.call('open', { entries, locations })
    await use(thread)
  })
  try {
    const done = Promise.all(work)
    await (signal === undefined ? done : unlessAborted(done, signal))
  } finally {
    await Promise.all(threads.map((thread) => thread.close()))
    await Promise.allSettled(work)
  }
}
