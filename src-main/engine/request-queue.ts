/** What the supervisor asked of a running job: the last request counts, and is kept until it is carried out. */
import type { RunRequest } from './trainer-calls'

export class RequestQueue {
  private readonly stopping = new AbortController()
  private interrupting = new AbortController()
  private last: RunRequest | null = null
  private waiting: ((request: 'resume' | 'stop') => void) | null = null

  /** A stop overrides whatever comes after it, until it is taken back. */
  put(request: RunRequest): void {
    if (this.last === 'stop') return
    if (request === 'stop') this.stopping.abort()
    if (request !== 'resume') this.interrupting.abort()
    if (this.waiting !== null && request !== 'pause') {
      this.waiting(request)
      this.waiting = null
      this.last = request === 'stop' ? 'stop' : null
      return
    }
    this.last = request === 'resume' ? null : request // a resume takes back a pause that has not taken effect yet
  }

  /** A stop aborts it, for work that can be aborted. */
  get stopSignal(): AbortSignal {
    return this.stopping.signal
  }

  /** Aborted at the next pause or stop, for work that can be done again; what begins afterwards asks for its own. */
  interruption(): AbortSignal {
    if (this.pending() === null) this.interrupting = new AbortController()
    return this.interrupting.signal
  }

  /** Called when a stop could not be carried out: the next request counts then. */
  takeBackStop(): void {
    this.last = null
  }

  /** The request that the run loop has to carry out now. */
  pending(): 'pause' | 'stop' | null {
    return this.last === 'resume' ? null : this.last
  }

  /** The next request to the paused job. */
  async afterPause(): Promise<'resume' | 'stop'> {
    if (this.last === 'stop') return 'stop'
    this.last = null
    return new Promise((resolve) => {
      this.waiting = resolve
    })
  }
}
