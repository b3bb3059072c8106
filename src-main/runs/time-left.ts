/** How long a run will still take, from its recent steps. */
import type { StepMetric } from './run.schema'

const WEIGHT = 0.1

/** Follows the steps of a run; an average over the last ten or so, so that a change of speed shows. */
export class TimeLeft {
  private secondsPerStep: number | null = null
  private last: StepMetric | null = null
  private firstStep = 0
  private firstProgress = 0

  add(metric: StepMetric): void {
    const seconds = metric.dt_ms / 1000
    this.secondsPerStep =
      this.secondsPerStep === null ? seconds : (1 - WEIGHT) * this.secondsPerStep + WEIGHT * seconds
    if (this.last === null) {
      this.firstStep = metric.step
      this.firstProgress = metric.progress
    }
    this.last = metric
  }

  /** Evaluations and saving not counted. null while not known. */
  seconds(totalSteps: number | null): number | null {
    if (this.last === null || this.secondsPerStep === null) return null
    const stepsLeft = totalSteps === null ? this.stepsLeftByProgress(this.last) : totalSteps - this.last.step
    return stepsLeft === null ? null : Math.max(0, stepsLeft * this.secondsPerStep)
  }

  /** A run of one epoch: as many steps for the rest of the progress as it took for what has been made. */
  private stepsLeftByProgress(last: StepMetric): number | null {
    const made = last.progress - this.firstProgress
    const steps = last.step - this.firstStep
    return made <= 0 || steps === 0 ? null : ((1 - last.progress) / made) * steps
  }
}
