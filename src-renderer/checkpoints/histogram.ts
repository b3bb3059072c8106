/** A tensor's histogram as bars: heights as shares of the tallest, and the numbers each bar stands for. */
import type { TensorHistogram } from '../api/types'

export interface WeightBar {
  from: number
  to: number
  count: number
  /** 0 to 1 */
  height: number
}

/** One bar an interval; one bar alone where all numbers are the same. */
export function weightBars({ min, max, counts }: TensorHistogram): WeightBar[] {
  if (min === null || max === null) return []
  const tallest = Math.max(...counts)
  if (min === max) return [{ from: min, to: max, count: tallest, height: 1 }]
  const width = (max - min) / counts.length
  return counts.map((count, index) => ({
    from: min + index * width,
    to: min + (index + 1) * width,
    count,
    height: count / tallest,
  }))
}

/** Where zero lies between the least and the largest, 0 to 1; null where it does not. */
export function zeroAt({ min, max }: TensorHistogram): number | null {
  if (min === null || max === null || min >= 0 || max <= 0) return null
  return -min / (max - min)
}
