/**
 * Long calls that the window can follow and cancel, by a name that the window chooses.
 *
 * Progress is sent at most ten times a second for each job, its last report always. A cancelled job rejects with what
 * its work throws on an abort.
 */
import { MidbenchError } from '../errors'
import type { EventPayload } from '../contract/contract'
import type { Progress } from '../progress.schema'

/** What the work of a job gets. */
export interface JobContext {
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

const INTERVAL_MS = 100

export class Jobs {
  private readonly running = new Map<string, AbortController>()

  constructor(private readonly publish: (progress: EventPayload<'job.progress'>) => void) {}

  /** @throws MidbenchError `job.exists` where the name is in use; otherwise what `work` throws */
  async run<T>(job: string, work: (context: JobContext) => Promise<T>): Promise<T> {
    if (this.running.has(job)) {
      throw new MidbenchError({ code: 'job.exists', message: `A job ${job} is going on already.` })
    }
    const controller = new AbortController()
    this.running.set(job, controller)
    try {
      return await work({ signal: controller.signal, onProgress: this.reporter(job) })
    } finally {
      this.running.delete(job)
    }
  }

  /** Cancelling a job that has ended or never existed is no error: it may have finished in the meantime. */
  cancel(job: string): void {
    this.running.get(job)?.abort()
  }

  /** After a reload, nobody waits for what the page asked for before. */
  cancelAll(): void {
    for (const controller of this.running.values()) controller.abort()
  }

  private reporter(job: string): JobContext['onProgress'] {
    let last = -Infinity
    return (progress) => {
      const now = performance.now()
      const complete = progress.total !== null && progress.done >= progress.total
      if (now - last < INTERVAL_MS && !complete) return
      last = now
      this.publish({ job, ...progress })
    }
  }
}
