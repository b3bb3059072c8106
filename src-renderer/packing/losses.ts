/**
 * Losses of a batch's tokens on a scale that can be coloured: from 0 to what all but the hardest hundredth stay below, in
 * as many steps as there are classes beside padding.
 */
import type { BatchLosses } from '../api/types'
import type { Cell, Extent } from './viewport'

export interface TokenLosses {
  /** [rows, seq_len] nats for the target at each position. */
  values: Float32Array
  /** End of the scale, in nats. */
  top: number
}

/** Share of the tokens that the scale has room for. */
const WITHIN = 0.99

export function tokenLosses({ losses }: Pick<BatchLosses, 'losses'>): TokenLosses {
  const sorted = losses.filter((loss) => loss > 0).sort()
  const top = sorted[Math.floor(WITHIN * (sorted.length - 1))] ?? 0
  return { values: losses, top: Math.max(1, Math.ceil(top)) }
}

/** How hard a token was to predict from those before it, in nats; null for a row's first, which nothing predicts. */
export function lossAt({ values }: TokenLosses, extent: Extent, { row, position }: Cell): number | null {
  if (position === 0) return null
  return values[row * (extent.columns - 1) + position - 1] ?? null
}

/** Class of a loss among so many: the first for 0, the last from the scale's end on. */
export function lossClass(loss: number, top: number, classes: number): number {
  return Math.min(classes - 1, Math.max(0, Math.floor((loss / top) * classes)))
}
