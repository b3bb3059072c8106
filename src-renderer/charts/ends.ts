/**
 * Where the y axis of a chart begins and ends: at the data in sight with a little room, never below zero where no value
 * is, and, where outliers are left out, around the middle nine tenths of the values (as TensorBoard and W&B do).
 */
import type { Curve } from './curve'
import type { Drawn, Stretch } from './thin'
import type { AxisEnds } from './ticks'

/** Room above and below the data, as a share of its height. */
const ROOM = 0.06
/** A height of the data, as a share of its values, that is none. */
const FLAT = 1e-9
/** Values that quantiles are taken from, of each line. */
const SAMPLED = 2000
const LEFT_OUT = 0.05

export interface WantedEnds {
  /** Ends that are given; null where the axis follows the values. */
  min: number | null
  max: number | null
  log: boolean
}

/** @param values least and greatest value; null where there is none */
export function yEnds(values: AxisEnds | null, { min, max, log }: WantedEnds): AxisEnds {
  const data = values ?? { min: min ?? (log ? 1 : 0), max: max ?? 1 }
  if (log) return logEnds(data)
  const height = data.max - data.min
  // Values that differ by rounding alone are one.
  const room = ROOM * (height > FLAT * Math.abs(data.max) ? height : Math.abs(data.max)) || 1
  const floor = data.min >= 0 ? Math.max(0, data.min - room) : data.min - room
  const ends = { min: min ?? floor, max: max ?? data.max + room }
  return ends.max > ends.min ? ends : { min: ends.min, max: ends.min + room }
}

function logEnds({ min, max }: AxisEnds): AxisEnds {
  const room = Math.max((max / min) ** ROOM, 1.02)
  return { min: min / room, max: max * room }
}

/** Least and greatest of drawn values; null where there are none. */
export function leastAndGreatest(lines: readonly (readonly Drawn[])[]): AxisEnds | null {
  let [min, max] = [Infinity, -Infinity]
  for (const line of lines) {
    for (const { y } of line) {
      if (y < min) min = y
      if (y > max) max = y
    }
  }
  return max >= min ? { min, max } : null
}

/**
 * The middle nine tenths of the values in sight, or all of them where a few are all there is.
 *
 * @param positive values of 0 and below do not count
 */
export function middleOf(
  curves: readonly Curve[],
  { min, max }: Stretch,
  positive: boolean,
): AxisEnds | null {
  const sample: number[] = []
  for (const curve of curves) {
    const [from, to] = [curve.firstFrom(min), Math.min(curve.length, curve.firstFrom(max) + 1)]
    const stride = Math.max(1, Math.ceil((to - from) / SAMPLED))
    for (let at = from; at < to; at += stride) {
      const value = curve.shown[at] ?? NaN
      if (Number.isFinite(value) && !(positive && value <= 0)) sample.push(value)
    }
  }
  if (sample.length === 0) return null
  sample.sort((a, b) => a - b)
  const at = (share: number): number => sample[Math.round(share * (sample.length - 1))] ?? NaN
  return { min: at(LEFT_OUT), max: at(1 - LEFT_OUT) }
}
