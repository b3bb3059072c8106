/** The part of an axis that is in sight: zoomed about a place, moved, and never beyond the whole. */
import type { AxisEnds } from './ticks'

/** The least part of the whole that can be in sight. */
const LEAST_SHARE = 1e-5

/** Log or not: zooming works on what the eye sees. */
function seen(log: boolean): { to: (value: number) => number; from: (value: number) => number } {
  return log ? { to: Math.log, from: Math.exp } : { to: (value) => value, from: (value) => value }
}

/**
 * @param at the place that stays where it is
 * @param factor below 1 shows less
 * @returns null where all is in sight
 */
export function zoomedAbout(
  ends: AxisEnds,
  at: number,
  factor: number,
  whole: AxisEnds,
  log = false,
): AxisEnds | null {
  const { to, from } = seen(log)
  const [min, max, middle] = [to(ends.min), to(ends.max), to(at)]
  const least = LEAST_SHARE * (to(whole.max) - to(whole.min))
  const share = max - min <= least && factor < 1 ? 1 : factor
  return within(
    { min: from(middle - (middle - min) * share), max: from(middle + (max - middle) * share) },
    whole,
  )
}

/** Moved by a share of what is in sight, as far as there is something. */
export function moved(ends: AxisEnds, share: number, whole: AxisEnds, log = false): AxisEnds {
  const { to, from } = seen(log)
  const [min, max] = [to(ends.min), to(ends.max)]
  const room = [to(whole.min) - min, to(whole.max) - max] as const
  const by = Math.max(Math.min(0, room[0]), Math.min(Math.max(0, room[1]), share * (max - min)))
  return { min: from(min + by), max: from(max + by) }
}

/** Cut to the whole; null where nothing is left out. */
export function within(ends: AxisEnds, whole: AxisEnds): AxisEnds | null {
  const [min, max] = [Math.max(ends.min, whole.min), Math.min(ends.max, whole.max)]
  if (!(max > min)) return null
  return min <= whole.min && max >= whole.max ? null : { min, max }
}
