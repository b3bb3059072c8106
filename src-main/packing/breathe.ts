/** Lets a thread's messages in during long work, so that a batch or a cancel is never far behind. */
import { setImmediate } from 'node:timers/promises'

/** Longest that long work holds the thread, in milliseconds. */
const HOLD_MS = 8

export class Breather {
  private since = performance.now()

  constructor(private readonly signal: AbortSignal) {}

  /** It is time to call {@link breathe}. */
  get due(): boolean {
    return performance.now() - this.since > HOLD_MS
  }

  /** Lets waiting messages in. @throws the signal's reason when it has been aborted */
  async breathe(): Promise<void> {
    await setImmediate()
    this.signal.throwIfAborted()
    this.since = performance.now()
  }
}
