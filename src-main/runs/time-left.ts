/**
 * How long a run will still take: its steps as the last ones were, and its evaluations as the last one was. Saving is not
 * counted.
 *
 * What was compiled is no measure for what is to come: a step that compiled is left out, and an evaluation counts without
 * the seconds in which it did.
 */
import type { EvalMetric, StepMetric } from '../config/run.schema'

/** Steps that the estimate follows; their median, so that one that was held up does not show. */
const RECENT = 11

export class TimeLeft {
  /** Seconds of each, the oldest first. */
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

  /** null while not known: before the first step that did not compile, and without a plan. */
  seconds(totalSteps: number | null): number | null {
    const stepSeconds = median(this.recent)
    if (stepSeconds === null || totalSteps === null) return null
    const steps = Math.max(0, totalSteps - this.step)
    return steps * stepSeconds + this.evaluationsAfter(totalSteps) * this.evalSeconds
  }

  /** Those of the steps to come: every so many, and the last. */
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
