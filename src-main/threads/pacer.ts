/**
 * Passes on what is gathered, together and at most ten times a second: at once after a quiet time, else when a tenth of a
 * second has gone by since the last time.
 */
const INTERVAL_MS = 100

export class Pacer {
  private timer: NodeJS.Timeout | undefined
  private last = -Infinity

  /** @param pass passes on what has been gathered, where there is anything */
  constructor(private readonly pass: () => void) {}

  /** There is something to pass on. */
  schedule(): void {
    if (this.timer !== undefined) return
    const wait = Math.max(0, this.last + INTERVAL_MS - performance.now())
    this.timer = setTimeout(() => {
      this.flush()
    }, wait)
  }

  /** Passes it on now. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.last = performance.now()
    this.pass()
  }
}
