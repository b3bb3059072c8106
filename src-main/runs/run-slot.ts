/** Runs begin one at a time: a start or a resume takes the slot before its first await, so of two one is refused. */
import { busy } from './run-errors'

export class RunSlot {
  private taken: { id: string; name: string; done: Promise<void> } | null = null

  /** @throws MidbenchError `run.busy` while another run begins; whatever `work` throws */
  async begin(id: string, name: string, work: () => Promise<void>): Promise<void> {
    if (this.taken !== null) throw busy(this.taken.name)
    const done = work()
    this.taken = { id, name, done }
    try {
      await done
    } finally {
      this.taken = null
    }
  }

  get isFree(): boolean {
    return this.taken === null
  }

  /** Settles when the run has begun or failed to; null where it is not beginning. */
  beginningOf(id: string): Promise<void> | null {
    return this.taken?.id === id ? this.taken.done : null
  }

  /** Resolves once no run is beginning, whether or not it succeeded. */
  async settled(): Promise<void> {
    await this.taken?.done.catch(() => undefined) // the caller of `begin` gets the error
  }
}
