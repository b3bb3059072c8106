/**
 * Best-fit pad, the reference's later form (348fbb3): like best-fit crop, but where none fits the rest of the row is
 * padding. A conversation longer than a row fits nowhere and waits: as in the reference it stays in the buffer, which
 * so offers less and less to choose from. When the buffer holds nothing else, the reference stalls for ever; here the
 * first of them is cropped to a row of its own (docs/REFERENCE.md §6.6). Nothing else is lost.
 */
import type { PackingPolicy } from './policy'

export const bestFitPad: PackingPolicy<'bestfit-pad', true> = {
  name: 'bestfit-pad',
  about: 'longest that fits; where none does, the rest is padded',
  trains: true,
  pads: true,
  cropsToRow: false,
  place(buffer, rows) {
    const isEmpty = rows.remaining === rows.capacity
    const candidate = buffer.takeLongest(rows.remaining) ?? (isEmpty ? buffer.takeFirst() : undefined)
    if (candidate !== undefined) return rows.place(rows.row, candidate)
    rows.close(rows.row)
    return undefined
  },
}
