/**
 * What the packing's buffer holds over the epoch, as fine lines: how long its conversations have waited, and how many can
 * never fit in a row. A buffer that fills up with those has little left to choose from.
 */
import type { PlanView } from '../api/types'
import { polyline } from './curve'

export interface BufferPoint {
  /** Ages in batches since a conversation was read. */
  oldest: number
  meanAge: number
  /** Share that is longer than a row, 0 to 1. */
  tooLong: number
}

export interface BufferDrawing {
  /** SVG paths in a box of 1 × 1, y downward; both ages have one scale. */
  oldest: string
  meanAge: string
  /** A filled area, on a scale from 0 to 1. */
  tooLong: string
  /** End of the ages' scale, in batches. */
  mostAge: number
  mostTooLong: number
}

type Buffered = Pick<PlanView, 'buffer'>

/** What the buffer holds after a batch; null where the plan does not know. */
export function bufferAt({ buffer }: Buffered, batch: number): BufferPoint | null {
  const at = Math.floor(batch / buffer.batches_per_point)
  const [oldest, meanAge, tooLong] = [buffer.oldest[at], buffer.mean_age[at], buffer.too_long[at]]
  if (oldest === undefined || meanAge === undefined || tooLong === undefined) return null
  return { oldest, meanAge, tooLong }
}

/** Null where the plan has no point. */
export function drawBuffer({ buffer }: Buffered): BufferDrawing | null {
  if (buffer.oldest.length === 0) return null
  const mostAge = greatest(buffer.oldest)
  const ages = (values: readonly number[]): string =>
    polyline(values.map((age) => 1 - (mostAge === 0 ? 0 : age / mostAge)))
  const heights = buffer.too_long.map((share) => 1 - share)
  return {
    oldest: ages(buffer.oldest),
    meanAge: ages(buffer.mean_age),
    tooLong: `M0 1L${polyline(heights).slice(1)}L1 1Z`,
    mostAge,
    mostTooLong: greatest(buffer.too_long),
  }
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
