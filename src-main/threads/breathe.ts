/** Lets a thread handle its messages during long work, so that a batch or a cancel never waits long. */
import { setImmediate } from 'node:timers/promises'

/** The longest that long work may hold the thread, in milliseconds. */
const HOLD_MS = 8

export class Breather {
  private since = performance.now()

  /** @param signal aborts the work at its next pause */
  constructor(private readonly signal?: AbortSignal) {}

  /** Whether it is time to call {@link breathe}. */
  get due(): boolean {
    return performance.now() - this.since > HOLD_MS
  }

  /** Lets the thread handle waiting messages. @throws the signal's reason when it has been aborted */
  async breathe(): Promise<void> {
    await setImmediate()
    this.signal?.throwIfAborted()
    this.since = performance.now()
  }

  /**
   * Runs work that yields now and then, with pauses for messages, and returns its result.
   * @param onBreath called before each pause with what the work yielded last
   * @throws what the work throws; the signal's reason when it has been aborted
   */
  async walk<Yielded, Result>(
    work: Generator<Yielded, Result, void>,
    onBreath?: (yielded: Yielded) => void,
  ): Promise<Result> {
    for (;;) {
      const { done, value } = work.next()
      if (done === true) return value
      if (!this.due) continue
      onBreath?.(value)
      await this.breathe()
    }
  }
}

/** Runs work that yields now and then, without any pause. */
export function runThrough<Result>(work: Generator<unknown, Result, void>): Result {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** The promise's result, or the signal's reason as soon as it is aborted; the work itself may go on. */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let onAbort: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    }
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
