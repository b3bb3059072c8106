/**
 * What closing the window and quitting do while a run goes on. Pure: the app is passed in.
 *
 * Quitting finishes the current step and saves before the process ends; a second request meanwhile waits for the same
 * end. Closing the window asks first; it never stops a run by itself.
 */

/** What this decision needs of the app. */
export interface ClosingOptions {
  /** Whether a run is being trained right now, or the next one of the queue is about to be. */
  isRunning: () => boolean
  /** Whether a run that could not be saved is held in memory. */
  isUnsaved: () => boolean
  /** Asks the person. */
  ask: () => Promise<'save' | 'background' | 'cancel'>
  /** Finishes the current step, saves, and ends every run's threads; false where the app has to stay open instead. */
  shutdown: () => Promise<boolean>
  /** Closes the window without asking. */
  destroyWindow: () => void
  /** Ends the process at once. */
  exit: (code: number) => void
  /** Called when a run could not be saved. */
  failed: (error: unknown) => void
}

export class Closing {
  private ending: Promise<void> | null = null
  private asking = false

  constructor(private readonly options: ClosingOptions) {}

  /** Called when the window is asked to close. @returns whether it may close at once */
  mayCloseWindow(): boolean {
    if (this.ending) return false // the window shows the run being saved, and closes with the process
    if (this.options.isUnsaved()) {
      void this.quit() // quitting asks whether to lose it
      return false
    }
    if (!this.options.isRunning()) return true
    void this.askAndAct()
    return false
  }

  /** Called when the last window has closed: unless a run goes on, there is nothing left to do. */
  windowsClosed(): void {
    if (!this.options.isRunning()) void this.quit()
  }

  /** Called when a run has come to rest; in the background nobody waits for anything else than the next one. */
  runRested(hasWindow: boolean): void {
    if (!hasWindow && !this.options.isRunning()) void this.quit()
  }

  /** Saves the current run and ends the process, unless that would lose a run; every request gets the same promise. */
  quit(): Promise<void> {
    this.ending ??= this.end()
    return this.ending
  }

  private async askAndAct(): Promise<void> {
    if (this.asking) return
    this.asking = true
    const choice = await this.options.ask().finally(() => {
      this.asking = false
    })
    if (choice === 'save') await this.quit()
    else if (choice === 'background') this.options.destroyWindow()
  }

  private async end(): Promise<void> {
    try {
      if (await this.options.shutdown()) this.options.exit(0)
      else this.ending = null
    } catch (error) {
      this.options.failed(error)
      this.options.exit(1)
    }
  }
}
