/**
 * A histogram of lengths as a drawing: heights by the square root of the counts, so that a thin tail can still be seen,
 * and the row's length marked on the same axis.
 */
import type { TaskLengths } from '../api/types'

export interface HistogramBar {
  x: number
  width: number
  height: number
  count: number
  /** First and last length counted, in tokens. */
  from: number
  to: number
  /** Whether its conversations are longer than a row. */
  longer: boolean
}

export interface HistogramDrawing {
  bars: HistogramBar[]
  /** Where the row's length is, 0 to 1 across. */
  row: number
  ticks: { at: number; label: number }[]
}

/** Bins are joined until at most this many are left: thinner bars could not be told apart. */
const MOST_BARS = 96

export function drawHistogram(lengths: TaskLengths, rowLength: number): HistogramDrawing {
  const span = Math.max(lengths.max, rowLength) * 1.04
  const binsEach = Math.max(1, Math.ceil(span / lengths.bin_width / MOST_BARS))
  const width = lengths.bin_width * binsEach
  const counts: number[] = []
  lengths.bins.forEach((bin, index) => {
    const at = Math.floor(index / binsEach)
    counts[at] = (counts[at] ?? 0) + bin
  })
  const tallest = Math.max(1, ...counts)
  const bars = counts.flatMap((count, at): HistogramBar[] => {
    if (count === 0) return []
    const from = at * width
    return [
      {
        x: from / span,
        width: Math.min(width, span - from) / span, // the last bin may reach past the longest
        height: Math.sqrt(count / tallest),
        count,
        from,
        to: from + width - 1,
        longer: from > rowLength,
      },
    ]
  })
  return { bars, row: rowLength / span, ticks: niceTicks(span).map((label) => ({ at: label / span, label })) }
}

/** About five round numbers from 0 up to the end. */
export function niceTicks(end: number, about = 5): number[] {
  const rough = Math.max(1, end / about)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough
  const ticks: number[] = []
  for (let tick = 0; tick <= end; tick += step) ticks.push(tick)
  return ticks
}
