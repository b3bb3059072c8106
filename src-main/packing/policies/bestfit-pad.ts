/**
 * Best-fit pad, the reference's later form (348fbb3): like best-fit crop, but where none fits the rest of the row is
 * padding. Nothing is lost, except of conversations longer than a row: the reference would never place them and stall;
 * here they count as long as the row, and are cropped to it (docs/REFERENCE.md §6.6).
 */
import type { PackingPolicy } from './policy'

export const bestFitPad: PackingPolicy<'bestfit-pad', true> = {
  name: 'bestfit-pad',
  about: 'longest that fits; where none does, the rest is padded',
  trains: true,
  pads: true,
  place(buffer, rows) {
    const candidate = buffer.takeLongest(rows.remaining)
    if (candidate !== undefined) return rows.place(rows.row, candidate)
    rows.close(rows.row)
    return undefined
  },
}
