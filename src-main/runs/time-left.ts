/** How long a run will still take, from its recent steps. */
import type { StepMetric } from './run.schema'

const WEIGHT = 0.1

/** Follows the steps of a run: an average over the last ten or so, so that a change of speed shows. */
export class TimeLeft {
  private secondsPerStep: number | null = null
  private step = 0

  add({ step, dt_ms }: StepMetric): void {
    const seconds = dt_ms / 1000
    const before = this.secondsPerStep ?? seconds
    this.secondsPerStep = (1 - WEIGHT) * before + WEIGHT * seconds
    this.step = step
  }

  /** Evaluations and saving not counted. null while not known. */
  seconds(totalSteps: number | null): number | null {
    if (this.secondsPerStep === null || totalSteps === null) return null
    return Math.max(0, totalSteps - this.step) * this.secondsPerStep
  }
}
