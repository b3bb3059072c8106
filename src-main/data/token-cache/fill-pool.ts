/**
 * Fills a mixture's token cache with threads of its own. Each thread opens the mixture for itself and takes one segment
 * after another; segments are independent, so throughput grows with the threads as far as there are cores.
 */
import type { Worker } from 'node:worker_threads'
import { MidbenchError } from '../../errors'
import { spawnThread } from '../../threads'
import type { FillReport, FillSetup } from './fill-protocol'
import type { FillJob } from './token-source'

export interface FillOptions {
  /** Threads; at most one a job. */
  threads: number
  signal?: AbortSignal
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
  options: FillOptions,
): Promise<void> {
  const queue = [...jobs]
  let done = 0
  const finished = (job: FillJob): void => options.onDone?.(job, ++done)
  const count = Math.min(options.threads, jobs.length)
  const threads = Array.from({ length: count }, () => new FillThread(setup))
  const abort = abortion(options.signal)
  try {
    await Promise.race([abort.promise, Promise.all(threads.map((thread) => thread.work(queue, finished)))])
  } finally {
    abort.forget()
    await Promise.all(threads.map((thread) => thread.end()))
  }
}

class FillThread {
  private readonly worker: Worker

  constructor({ entries, locations, tokenizerDir }: FillSetup) {
    const workerData: FillSetup = { entries, locations, tokenizerDir }
    this.worker = spawnThread('tokens', { workerData })
  }

  /** Takes jobs off the queue until there are none. */
  work(queue: FillJob[], finished: (job: FillJob) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let current: FillJob | undefined
      this.worker.on('message', (report: FillReport) => {
        if (report.type === 'failed') {
          reject(new MidbenchError(report.failure))
          return
        }
        if (current !== undefined) finished(current)
        current = queue.shift()
        if (current === undefined) resolve()
        else this.worker.postMessage(current)
      })
      this.worker.on('error', reject)
      this.worker.on('exit', () => reject(new MidbenchError({ code: 'thread.ended', message: ENDED })))
    })
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }
}

const ENDED = 'a thread that renders conversations ended before its work was done'

/** A promise that rejects when the signal is aborted, and how to stop waiting for that. */
function abortion(signal: AbortSignal | undefined): { promise: Promise<never>; forget: () => void } {
  let forget = (): void => undefined
  const promise = new Promise<never>((_, reject) => {
    const onAbort = (): void => {
      reject(signal?.reason instanceof Error ? signal.reason : new Error('stopped'))
    }
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort)
    forget = () => signal?.removeEventListener('abort', onAbort)
  })
  promise.catch(() => undefined) // raced above; when it loses, nobody waits for it
  return { promise, forget }
}
