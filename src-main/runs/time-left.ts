/**
 * Estimates how long a run will still take: its steps as long as recent ones, and each evaluation as long as the last.
 * Saving is not counted.
 *
 * Compiling says nothing about what is to come: a step that compiled is left out, and the seconds that an evaluation
 * spent compiling are not counted.
 */
import type { EvalMetric, StepMetric } from '../config/run.schema'

/** Number of recent steps in the estimate. It takes their median, so that one slow step does not show. */
const RECENT = 11

export class TimeLeft {
  /** Seconds of each recent step, the oldest first. */
  private readonly recent: number[] = []
  private step = 0
  private evalSeconds = 0
  /** Seconds of compiling since the last step or evaluation. */
  private compiling = 0

  /** @param evalEvery steps between evaluations; null = none */
  constructor(private readonly evalEvery: number | null) {}

  compiled(seconds: number): void {
    this.compiling += seconds
  }

  addStep({ step, dt_ms }: Pick<StepMetric, 'step' | 'dt_ms'>): void {
    this.step = step
    if (this.takeCompiling() > 0) return
    this.recent.push(dt_ms / 1000)
    if (this.recent.length > RECENT) this.recent.shift()
  }

  addEval({ seconds }: Pick<EvalMetric, 'seconds'>): void {
    this.evalSeconds = Math.max(0, seconds - this.takeCompiling())
  }

  /** Seconds left; null while not known: before the first step that did not compile, and without a plan. */
  seconds(totalSteps: number | null): number | null {
    const stepSeconds = median(this.recent)
    if (stepSeconds === null || totalSteps === null) return null
    const steps = Math.max(0, totalSteps - this.step)
    return steps * stepSeconds + this.evaluationsAfter(totalSteps) * this.evalSeconds
  }

  /** Number of evaluations still to come: one every so many steps, and the last. */
  private evaluationsAfter(totalSteps: number): number {
    const { evalEvery, step } = this
    if (evalEvery === null || step >= totalSteps) return 0
    const regular = Math.floor(totalSteps / evalEvery) - Math.floor(step / evalEvery)
    return regular + (totalSteps % evalEvery === 0 ? 0 : 1)
  }

  private takeCompiling(): number {
    const seconds = this.compiling
    this.compiling = 0
    return seconds
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const low = sorted[Math.floor((sorted.length - 1) / 2)]
  const high = sorted[Math.ceil((sorted.length - 1) / 2)]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
