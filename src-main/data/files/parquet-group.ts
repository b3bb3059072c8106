/** The rows of one large row group of a parquet file, decoded by a thread of its own (parquet-thread.ts). */
import type { Worker } from 'node:worker_threads'
import { MidbenchError } from '../../errors'
import { spawnThread } from '../../threads/spawn'
import { unlessAborted } from '../../threads/breathe'
import type { ParquetOrder, ParquetReply } from './parquet-protocol'

/**
 * @returns the group's rows, a thousand at a time; the thread has ended when the last ones have been taken, and when they
 *   are no longer wanted
 * @throws MidbenchError as reading it here does; the signal's reason when it is aborted
 */
export async function* decodedInThread(order: ParquetOrder, signal?: AbortSignal): AsyncGenerator<unknown[]> {
  const thread = new GroupThread(spawnThread('parquet', { workerData: order }))
  try {
    for (;;) {
      const reply = thread.nextRows()
      const rows = await (signal === undefined ? reply : unlessAborted(reply, signal))
      if (rows.length === 0) return
      yield rows
    }
  } finally {
    await thread.end()
  }
}

class GroupThread {
  private answer: ((reply: ParquetReply) => void) | undefined

  constructor(private readonly worker: Worker) {
    worker.on('message', (reply: ParquetReply) => this.answer?.(reply))
    worker.on('error', (error) => this.fail(error.message))
    worker.on('exit', () => this.fail('a thread that decodes parquet has ended'))
  }

  nextRows(): Promise<unknown[]> {
    const reply = new Promise<unknown[]>((resolve, reject) => {
      this.answer = (given) => {
        if ('rows' in given) resolve(given.rows)
        else reject(new MidbenchError(given.failure))
      }
    })
    reply.catch(() => undefined) // where nobody waits for it any more
    this.worker.postMessage('next')
    return reply
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }

  private fail(message: string): void {
    this.answer?.({ failure: { code: 'thread.ended', message } })
  }
}
