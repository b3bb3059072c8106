/**
 * What closing the window and quitting mean while a run goes on. Pure: the app around it is given.
 *
 * Quitting finishes the step in hand and saves before the process ends; a second request while that happens waits for
 * the same end. Closing the window asks first; it never stops a run by itself.
 */

/** The app as this decision needs it. */
export interface ClosingOptions {
  /** Whether a run is being trained right now. */
  isRunning: () => boolean
  /** Whether a run is held in memory that could not be saved. */
  isUnsaved: () => boolean
  /** Asks the person. */
  ask: () => Promise<'save' | 'background' | 'cancel'>
  /** Finishes the step in hand, saves, and ends every run's threads; false where the app has to stay open instead. */
  shutdown: () => Promise<boolean>
  /** Closes the window without asking. */
  destroyWindow: () => void
  /** Ends the process at once. */
  exit: (code: number) => void
  /** A run could not be saved. */
  failed: (error: unknown) => void
}

export class Closing {
  private ending: Promise<void> | null = null
  private asking = false

  constructor(private readonly options: ClosingOptions) {}

  /** The window was asked to close. @returns whether it may close at once */
  mayCloseWindow(): boolean {
    if (this.ending) return false // it shows the run being saved, and goes with the process
    if (this.options.isUnsaved()) {
      void this.quit() // which asks whether to lose it
      return false
    }
    if (!this.options.isRunning()) return true
    void this.askAndAct()
    return false
  }

  /** The last window has closed: without a run that goes on there is nothing left to do. */
  windowsClosed(): void {
    if (!this.options.isRunning()) void this.quit()
  }

  /** A run came to rest; in the background nobody waits for anything else. */
  runRested(hasWindow: boolean): void {
    if (!hasWindow) void this.quit()
  }

  /** Saves what goes on and ends the process, unless that would lose a run; the same promise for every request. */
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
