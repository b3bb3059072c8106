/** How many rows convert, and how many do not for which reason. */
import { z } from 'zod'
import { REASONS, type ConversionFault, type Reason } from './conversion-fault'

/** The first faults are kept with their places. */
const LISTED = 20

export const tally = z.object({
  /** Rows that were read. */
  rows: z.int(),
  /** Rows that cannot be converted, by reason. */
  reasons: z.partialRecord(z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]), z.int()),
  /** The first of them: `a.jsonl, line 3, message 2`. */
  faults: z.array(z.object({ path: z.string(), message: z.string() })),
})

export type Tally = z.infer<typeof tally>

export function newTally(): Tally {
  return { rows: 0, reasons: {}, faults: [] }
}

/** @param place the row's: `a.jsonl, line 3` */
export function countFault(
  tally: Tally,
  { reason, at, message }: Pick<ConversionFault, 'reason' | 'at' | 'message'>,
  place: string,
): void {
  tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1
  if (tally.faults.length >= LISTED) return
  const path = at === null || at < 0 ? place : `${place}, message ${String(at + 1)}`
  tally.faults.push({ path, message })
}

/** Rows that cannot be converted. */
export function badRows({ reasons }: Tally): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0)
}

/** `7 with calls of tools, 5 whose roles do not take turns` */
export function reasonsText({ reasons }: Tally): string {
  const counted = Object.entries(reasons) as [Reason, number][]
  return counted
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count.toLocaleString('en-US')} ${REASONS[reason]}`)
    .join(', ')
}
