/** The rows of one large row group of a parquet file, decoded by a thread of its own (parquet-thread.ts). */
import { unlessAborted } from '../../threads/breathe'
import { startThread } from '../../threads/spawn'
import type { ParquetCalls, RowGroup } from './parquet-calls'

/**
 * @returns the group's rows, a thousand at a time; the thread ends when the last ones have been taken, or when they are
 *   no longer wanted
 * @throws MidbenchError as when reading it in this thread; the signal's reason when it is aborted
 */
export async function* decodedInThread(group: RowGroup, signal?: AbortSignal): AsyncGenerator<unknown[]> {
  const thread = startThread<ParquetCalls>('parquet', 'thread that decodes parquet')
  const unlessStopped = <T>(reply: Promise<T>): Promise<T> =>
    signal === undefined ? reply : unlessAborted(reply, signal)
  try {
    await unlessStopped(thread.call('decode', group))
    for (;;) {
      const rows = await unlessStopped(thread.call('next', null))
      if (rows.length === 0) return
      yield rows
    }
  } finally {
    await thread.close()
  }
}
