/**
 * Puts the losses of a batch's tokens on a scale for colouring. The scale runs from 0 to the loss that 99 % of the
 * tokens stay below, in as many steps as there are classes besides padding.
 */
import type { BatchLosses } from '../api/types'
import type { Cell, Extent } from './viewport'

export interface TokenLosses {
  /** [rows, seq_len] nats for the target at each position; NaN where it does not count. */
  values: Float32Array
  /** End of the scale, in nats. */
  top: number
}

/** Share of the tokens whose loss the scale must hold. */
const WITHIN = 0.99

export function tokenLosses({ losses }: Pick<BatchLosses, 'losses'>): TokenLosses {
  const sorted = losses.filter((loss) => loss > 0).sort()
  const top = sorted[Math.floor(WITHIN * (sorted.length - 1))] ?? 0
  return { values: losses, top: Math.max(1, Math.ceil(top)) }
}

/**
 * How hard a token was to predict from those before it, in nats; null for a row's first, which nothing predicts, and for
 * one that is no target.
 */
export function lossAt({ values }: TokenLosses, extent: Extent, { row, position }: Cell): number | null {
  if (position === 0) return null
  const loss = values[row * (extent.columns - 1) + position - 1] ?? NaN
  return Number.isNaN(loss) ? null : loss
}

/** The class of a loss, out of so many: the first for 0 and for none, the last from the scale's end on. */
export function lossClass(loss: number, top: number, classes: number): number {
  if (Number.isNaN(loss)) return 0
  return Math.min(classes - 1, Math.max(0, Math.floor((loss / top) * classes)))
}
