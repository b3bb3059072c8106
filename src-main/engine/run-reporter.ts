/** Reports a running run's phase, its log, and what it could not do. */
import type { LogLine } from '../config/run.schema'
import type { Failure } from '../errors'
import type { TrainerPhase, TrainReport } from './trainer-calls'

export class RunReporter {
  private phase: TrainerPhase | null = null
  private compilesFor: TrainerPhase | null = null

  constructor(readonly report: (report: TrainReport) => void) {}

  log(level: LogLine['level'], text: string): void {
    this.report({ type: 'log', line: { at: Date.now(), level, text } })
  }

  readonly warn = (text: string): void => {
    this.log('warn', text)
  }

  unsaved(failure: Failure): void {
    this.report({ type: 'unsaved', failure })
    this.warn(failure.message)
  }

  /** Reports a phase once for as long as it lasts. */
  enter(phase: TrainerPhase): void {
    if (this.phase === phase) return
    this.phase = phase
    this.report({ type: 'phase', phase })
  }

  /** The run is held: when it goes on, the next phase is reported, whichever it is. */
  paused(step: number): void {
    this.report({ type: 'paused', step })
    this.phase = null
  }

  /**
   * Compiling interrupts the current phase, which is reported again afterwards.
   *
   * @param seconds how long it took; null when it begins
   */
  readonly compiling = (what: string, seconds: number | null): void => {
    if (seconds === null) {
      this.compilesFor = this.phase
      this.enter('compiling')
      return
    }
    this.report({ type: 'compiled', seconds })
    this.log('info', `Compiled ${what} in ${seconds.toFixed(1)} s`)
    if (this.compilesFor !== null) this.enter(this.compilesFor)
  }
}
