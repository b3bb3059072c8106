/** A placement of a replayed row in words and proportions. */
import type { ReplayStep, RowReplay } from '../api/types'
import { count, integer } from '../format/number'

/** Says what was free, what fitted, what was taken and why. */
export function explain(step: ReplayStep, capacity: number): string {
  const { remaining, buffered, fitting, chosen, length, cropped } = step
  const free = `${integer(remaining)} of ${integer(capacity)} tokens are free.`
  const buffer = count(buffered, 'buffered conversation')
  if (fitting === 0) {
    const none = `${free} None of ${buffer} fits:`
    if (chosen === null) return `${none} the rest of the row is padded, ${count(length, 'token')}.`
    return `${none} the first in the buffer, ${integer(chosen)}, is taken and loses ${count(cropped, 'token')}.`
  }
  const fits = `${free} ${integer(fitting)} of ${buffer} ${fitting === 1 ? 'fits' : 'fit'}:`
  const taken = `the longest of them, ${integer(chosen)}, is taken`
  return cropped === 0 ? `${fits} ${taken}.` : `${fits} ${taken}; it is longer than a row and loses ${count(cropped, 'token')}.` // prettier-ignore
}

export interface Filling {
  /** Shares of the row, 0 to 1. */
  from: number
  width: number
  /** Task of the conversation; null for padding. */
  task: number | null
  state: 'filled' | 'now'
}

/** What the row holds once step `at` has been made. */
export function fillingAt(replay: RowReplay, at: number): Filling[] {
  return replay.steps.slice(0, at + 1).map((step, index) => ({
    from: step.offset / replay.capacity,
    width: step.length / replay.capacity,
    task: step.candidates.find(({ conversation }) => conversation === step.chosen)?.task ?? null,
    state: index === at ? 'now' : 'filled',
  }))
}

/** What a candidate's line says beside its length. */
export function fate(step: ReplayStep, candidate: ReplayStep['candidates'][number]): string {
  if (candidate.conversation === step.chosen) {
    return step.cropped > 0 ? `taken, loses ${integer(step.cropped)}` : 'taken'
  }
  return candidate.fits ? 'fits' : `${integer(candidate.length - step.remaining)} too long`
}
