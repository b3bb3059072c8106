/**
 * Keeps a chart's points in step with a list that only grows, or is cut back where a resumed run repeats its steps. New
 * points are appended; nothing is copied.
 */

export interface Point {
  x: number
  y: number
  /** What `y` weighs, where it is an average. */
  weight?: number
  /** The value itself and what it weighs, where `y` is an average. */
  raw?: { value: number; weight: number }
}

/**
 * Brings `points` up to `source`. Values that are null make one gap, a point whose y is NaN, except before the first
 * value. Returns whether anything changed.
 */
export function syncPoints<T extends { step: number }>(
  points: Point[],
  source: readonly T[],
  value: (item: T) => number | null,
): boolean {
  return grow(points, source, (item) => ({ x: item.step, y: value(item) ?? NaN }))
}

/** A share of a moving average that stays when a value is added: that of the loss's (engine/metrics.ts). */
const KEPT = 0.9

/**
 * Like {@link syncPoints} for a moving average of values that weigh differently: both values and weights are averaged,
 * so that it starts at the first value and a value of ten times the weight counts ten times as much.
 */
export function syncAverage<T extends { step: number }>(
  points: Point[],
  source: readonly T[],
  value: (item: T) => { value: number; weight: number } | null,
): boolean {
  return grow(points, source, (item, before) => {
    const next = value(item)
    if (next === null || next.weight <= 0) return null
    const [old, added] = [KEPT * (before?.weight ?? 0), (1 - KEPT) * next.weight]
    const weight = old + added
    const y = ((before?.y ?? 0) * old + next.value * added) / weight
    return { x: item.step, y, weight, raw: next }
  })
}

/** @param point the point of an item, given the one before it */
function grow<T extends { step: number }>(
  points: Point[],
  source: readonly T[],
  point: (item: T, before: Point | undefined) => Point | null,
): boolean {
  const before = points.length
  const last = source.at(-1)?.step ?? -Infinity
  while (points.length > 0 && (points.at(-1)?.x ?? 0) > last) points.pop()
  const from = firstAfter(source, points.at(-1)?.x ?? -Infinity)
  for (let at = from; at < source.length; at++) {
    const item = source[at]
    const next = item ? point(item, points.at(-1)) : null
    if (next && (Number.isFinite(next.y) || continues(points))) points.push(next)
  }
  return points.length !== before || from < source.length
}

/** Whether the line has a value at its end, after which there can be a gap. */
function continues(points: readonly Point[]): boolean {
  const last = points.at(-1)
  return last !== undefined && Number.isFinite(last.y)
}

/** Index of the first item with a step beyond the one given. */
export function firstAfter(source: readonly { step: number }[], step: number): number {
  let [low, high] = [0, source.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((source[middle]?.step ?? Infinity) <= step) low = middle + 1
    else high = middle
  }
  return low
}

/** The index of the point nearest to an x; -1 where there is none. Points are sorted by x. */
export function nearest(points: readonly Point[], x: number): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.x ?? Infinity) < x) low = middle + 1
    else high = middle
  }
  const [before, after] = [points[low - 1], points[low]]
  if (!before) return after ? low : -1
  return !after || x - before.x <= after.x - x ? low - 1 : low
}
