/**
 * What a run's curves can be drawn over, and where a step lies on each: from the figures of its steps, so that a run of
 * before a figure was told has no place on that axis.
 */
import type { StepMetric } from '../api/types'
import { fixed, integer, short } from '../format/number'
import { duration } from '../format/units'
import type { CurveChoices } from '../../src-main/contract/contract'
import type { StepToX } from './curve'
import { firstAfter } from './series'
import type { Scale } from './ticks'

export type XChoice = CurveChoices['x']

export interface XAxis {
  label: string
  /** What it counts, at length. */
  about: string
  scale: Scale
  /** A place on it, with its unit. */
  text: (x: number) => string
}

export const X_AXES: Readonly<Record<XChoice, XAxis>> = {
  step: { label: 'step', about: 'Optimizer steps', scale: 'whole', text: (x) => `step ${integer(x)}` },
  tokens: {
    label: 'tokens',
    about: 'Tokens trained on: steps × total_batch_size',
    scale: 'whole',
    text: (x) => `${short(x)} tokens`,
  },
  epochs: {
    label: 'epochs',
    about: 'Conversations read by the mixture’s length',
    scale: 'number',
    text: (x) => `${fixed(x, 3)} epochs`,
  },
  active: {
    label: 'active',
    about: 'Time in steps, without evaluations, saves and pauses',
    scale: 'time',
    text: (x) => `${duration(x)} active`,
  },
  wall: {
    label: 'wall',
    about: 'Time since the run was started, pauses included',
    scale: 'time',
    text: (x) => `${duration(x)} wall`,
  },
}

/** What of a run's options decides where its steps lie. */
export interface RunStart {
  /** Tokens a step. */
  tokens: number
  /** Milliseconds since 1970. */
  startedAt: number
  /** Whether the run is one pass over the mixture, whose progress is then the share of it that is read. */
  onePass: boolean
}

/** Where the steps of one run lie; it follows a list of steps as it grows or is cut back. */
export class RunAxes {
  private steps: readonly StepMetric[] = []
  /** Seconds in steps, up to and with the step at the same index. */
  private active: number[] = []
  private last: StepMetric | undefined

  constructor(private readonly start: RunStart) {}

  follow(steps: readonly StepMetric[]): void {
    this.steps = steps
    if (this.last !== undefined && steps[this.active.length - 1] !== this.last) this.active = []
    for (let at = this.active.length; at < steps.length; at++) {
      const ms = steps[at]?.dt_ms ?? NaN
      this.active.push((this.active[at - 1] ?? 0) + (Number.isFinite(ms) ? ms / 1000 : 0))
    }
    this.last = steps.at(-1)
  }

  along(x: XChoice): StepToX {
    return (step) => this.at(x, step)
  }

  /** Where it begins beyond zero and where it ends; null before the first step, or where that is not known. */
  extent(x: XChoice): { first: number; last: number } | null {
    const [one, end] = [this.steps[0], this.steps.at(-1)]
    if (!one || !end) return null
    const [first, last] = [this.at(x, one.step), this.at(x, end.step)]
    return Number.isFinite(first) && Number.isFinite(last) ? { first, last } : null
  }

  /** A step that the list has not, an evaluation's before the first, lies where the one before it does. */
  private at(x: XChoice, step: number): number {
    if (x === 'step') return step
    if (x === 'tokens') return step * this.start.tokens
    const index = firstAfter(this.steps, step) - 1
    const found = this.steps[index]
    if (found === undefined) return 0
    if (x === 'active') return this.active[index] ?? NaN
    if (x === 'wall') return found.ended_at === null ? NaN : (found.ended_at - this.start.startedAt) / 1000
    return found.epochs_read ?? (this.start.onePass ? found.progress : NaN)
  }
}
