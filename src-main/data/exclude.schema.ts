/**
 * The conversations that a config takes out of mixture.train: pairs of an entry's index and a row of that entry. Rows
 * are counted as the entry gives them, from 0, after its start, stop and step; the window and `mixture` count them so
 * too. Repeats of an entry all pass over its excluded rows. Pure zod.
 */
import { z } from 'zod'
import { MOST_EXCLUDED } from '../bounds.schema'

const natural = z.int().min(0)

export const excludedRow = z
  .tuple([natural, natural])
  .describe('a pair [entry, row] of two whole numbers of at least 0')

/** A pair that is listed twice counts once; the order of the pairs means nothing. */
export const exclude = z
  .array(excludedRow)
  .max(MOST_EXCLUDED)
  .describe(`a list of at most ${MOST_EXCLUDED.toLocaleString('en-US')} pairs [entry, row]`)

export type ExcludedRow = z.infer<typeof excludedRow>

/** The excluded rows of each entry that has any, each row once. */
export function excludedByEntry(pairs: readonly ExcludedRow[]): Map<number, Set<number>> {
  const byEntry = new Map<number, Set<number>>()
  for (const [entry, row] of pairs) {
    const rows = byEntry.get(entry)
    if (rows === undefined) byEntry.set(entry, new Set([row]))
    else rows.add(row)
  }
  return byEntry
}
