/**
 * Estimates how long a run will still take: its steps as long as recent ones, and each evaluation, and what the model is
 * asked, as long as the last. Saving is not counted.
 *
 * Compiling says nothing about what is to come: a step that compiled is left out, and the seconds that an evaluation
 * spent compiling are not counted.
 */
import { measureTimes, sampleTimes, type Times } from '../config/asides'
import type { RunConfig } from '../config/config.schema'
import type { StepMetric } from '../config/run.schema'

/** Number of recent steps in the estimate. It takes their median, so that one slow step does not show. */
const RECENT = 11

/** What a run does between steps. */
const PAUSES = ['eval', 'sample', 'measure'] as const
type Pause = (typeof PAUSES)[number]

/** When a run with this config does each. */
export function pausesOf(config: RunConfig): Record<Pause, Times | null> {
  const { eval_every: every } = config
  const evaluates = every === -1 ? null : { every }
  return { eval: evaluates, sample: sampleTimes(config), measure: measureTimes(config) }
}

export class TimeLeft {
  /** Seconds of each recent step, the oldest first. */
  private readonly recent: number[] = []
  private step = 0
  /** Seconds of the last of each; 0 before the first. */
  private readonly last: Record<Pause, number> = { eval: 0, sample: 0, measure: 0 }
  /** Seconds of compiling since the last step or evaluation. */
  private compiling = 0

  /** @param times when each is made; null = never */
  constructor(private readonly times: Readonly<Record<Pause, Times | null>>) {}

  compiled(seconds: number): void {
    this.compiling += seconds
  }

  addStep({ step, dt_ms }: Pick<StepMetric, 'step' | 'dt_ms'>): void {
    this.step = step
    if (this.takeCompiling() > 0) return
    this.recent.push(dt_ms / 1000)
    if (this.recent.length > RECENT) this.recent.shift()
  }

  add(pause: Pause, { seconds }: { seconds: number }): void {
    this.last[pause] = Math.max(0, seconds - this.takeCompiling())
  }

  /** Seconds left; null while not known: before the first step that did not compile, and without a plan. */
  seconds(totalSteps: number | null): number | null {
    const stepSeconds = median(this.recent)
    if (stepSeconds === null || totalSteps === null) return null
    const steps = Math.max(0, totalSteps - this.step)
    const pauses = PAUSES.map((pause) => this.last[pause] * this.countAfter(totalSteps, this.times[pause]))
    return pauses.reduce((sum, seconds) => sum + seconds, steps * stepSeconds)
  }

  /** How many are still to come: one every so many steps, and the last. */
  private countAfter(totalSteps: number, times: Times | null): number {
    const { step } = this
    if (times === null || step >= totalSteps) return 0
    const { every } = times
    if (every === null) return 1
    const regular = Math.floor(totalSteps / every) - Math.floor(step / every)
    return regular + (totalSteps % every === 0 ? 0 : 1)
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
