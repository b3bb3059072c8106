/**
 * Fills a mixture's token cache with threads of its own. Each thread opens the mixture for itself and takes one segment
 * after another; segments are independent, so throughput grows with the threads as far as there are cores.
 */
import type { Worker } from 'node:worker_threads'
import { MidbenchError } from '../../errors'
import { warnOfDamage, type OnDamage } from '../../files/checksum'
import { spawnThread } from '../../threads/spawn'
import { unlessAborted } from '../../threads/breathe'
import type { FillOrder, FillReport, FillSetup, Measured } from './fill-protocol'
import type { FillJob } from './token-source'

export interface FillOptions {
  /** Threads; at most one a job. */
  threads: number
  signal?: AbortSignal | undefined
  /** Hears of what is damaged in the cache. @default a warning of the process */
  onNotice?: OnDamage
  /** Called after each segment: how many of the jobs are done. */
  onDone?: (job: FillJob, done: number) => void
}

/**
 * Renders what `jobs` name.
 * @throws MidbenchError what the first thread that fails says (a full disk); the signal's reason when it is aborted.
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
      await thread.ask({ type: 'fill', job })
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
    await thread.ask({ type: 'measure', seconds: seconds / 2 })
    if (++warm === threads) start()
    await allWarm
    const report = await thread.ask({ type: 'measure', seconds })
    if (report.type === 'measured') measured.push(report.measured)
  })
  return measured
}

interface Threads {
  count: number
  setup: FillSetup
  signal: AbortSignal | undefined
  onNotice: OnDamage
}

/** Starts threads, lets each be used once it is open, and ends them all whatever happens. */
async function withThreads(
  { count, setup, signal, onNotice }: Threads,
  use: (thread: FillThread) => Promise<void>,
): Promise<void> {
  const threads = Array.from({ length: count }, () => new FillThread(setup, onNotice))
  const work = threads.map(async (thread) => {
    await thread.ready
    await use(thread)
  })
  try {
    const done = Promise.all(work)
    await (signal === undefined ? done : unlessAborted(done, signal))
  } finally {
    await Promise.all(threads.map((thread) => thread.end()))
    await Promise.allSettled(work)
  }
}

/** A thread that is asked one thing at a time. */
class FillThread {
  readonly ready: Promise<FillReport>
  private readonly worker: Worker
  private answer: ((report: FillReport) => void) | undefined

  constructor({ entries, locations, tokenizerDir }: FillSetup, onNotice: OnDamage) {
    const workerData: FillSetup = { entries, locations, tokenizerDir }
    this.worker = spawnThread('tokens', { workerData })
    this.worker.on('message', (report: FillReport) => {
      if (report.type === 'notice') onNotice(report.notice)
      else this.answer?.(report)
    })
    this.worker.on('error', (error) => this.fail(error))
    this.worker.on('exit', () => this.fail(new Error('a thread that renders conversations has ended')))
    this.ready = this.reply()
  }

  /** @throws MidbenchError what failed in the thread. */
  ask(order: FillOrder): Promise<FillReport> {
    const reply = this.reply()
    this.worker.postMessage(order)
    return reply
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }

  private reply(): Promise<FillReport> {
    return new Promise((resolve, reject) => {
      this.answer = (report) => {
        if (report.type === 'failed') reject(new MidbenchError(report.failure))
        else resolve(report)
      }
    })
  }

  private fail(error: Error): void {
    this.answer?.({ type: 'failed', failure: { code: 'thread.ended', message: error.message } })
  }
}
