/** What the supervisor asked a running job for: the last word counts, and it is kept until it is heeded. */
import type { RunRequest } from './trainer-calls'

export class RequestQueue {
  private readonly stopping = new AbortController()
  private last: RunRequest | null = null
  private waiting: ((request: 'resume' | 'stop') => void) | null = null

  /** A stop stands, whatever comes after it, until it is taken back. */
  put(request: RunRequest): void {
    if (this.last === 'stop') return
    if (request === 'stop') this.stopping.abort()
    if (this.waiting !== null && request !== 'pause') {
      this.waiting(request)
      this.waiting = null
      this.last = request === 'stop' ? 'stop' : null
      return
    }
    this.last = request === 'resume' ? null : request // a pause that is taken back before it is heard
  }

  /** Aborted by a stop, for what can be broken off. */
  get stopSignal(): AbortSignal {
    return this.stopping.signal
  }

  /** A stop could not be carried out: what is asked next counts. */
  takeBackStop(): void {
    this.last = null
  }

  /** What the run loop has to heed now. */
  pending(): 'pause' | 'stop' | null {
    return this.last === 'resume' ? null : this.last
  }

  /** The paused job's next word. */
  async afterPause(): Promise<'resume' | 'stop'> {
    if (this.last === 'stop') return 'stop'
    this.last = null
    return new Promise((resolve) => {
      this.waiting = resolve
    })
  }
}
