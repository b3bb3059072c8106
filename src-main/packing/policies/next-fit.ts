/**
 * Next fit, bin packing's simplest heuristic: takes conversations in reading order; one that does not fit in what is
 * left of the row begins the next row whole, and the rest is padding. The buffer makes no difference to it. Compared
 * with best-fit pad, which loses as little, it shows what choosing from a buffer is worth.
 */
import type { PackingPolicy } from './policy'

export const nextFit: PackingPolicy<'next-fit', false> = {
  name: 'next-fit',
  about: 'in reading order; what does not fit begins the next row, and the rest is padded',
  trains: false,
  pads: true,
  cropsToRow: true,
  place(buffer, rows) {
    const [next] = buffer
    if (next === undefined || next.size > rows.remaining) {
      rows.close(rows.row)
      return undefined
    }
    const candidate = buffer.takeFirst()
    return candidate && rows.place(rows.row, candidate)
  },
}
