/**
 * First-fit decreasing, bin packing's standard heuristic, over a buffer that is refilled: all rows of the batch are
 * open at once, the longest conversation that fits in any row goes into the first one that it fits in, and what is left
 * of the rows is padding. A conversation longer than a row is cropped to it. A placement costs a
 * pass over the batch's rows.
 */
import type { PackingPolicy } from './policy'

export const firstFitDecreasing: PackingPolicy<'first-fit-decreasing', false> = {
  name: 'first-fit-decreasing',
  about: 'longest first, into the first row with room; the rest is padded',
  trains: false,
  pads: true,
  cropsToRow: true,
  place(buffer, rows) {
    const candidate = buffer.takeLongest(rows.mostRemaining)
    if (candidate !== undefined) return rows.place(rows.firstWithRoom(candidate.size), candidate)
    while (!rows.allClosed) rows.close(rows.row)
    return undefined
  },
}
