/**
 * Best-fit crop, the reference's packing (docs/REFERENCE.md §2): takes the longest conversation that fits in what is
 * left of the row; where none fits, the first of the buffer, cropped to fill the row. Nothing is padded; what was
 * cropped is lost.
 */
import type { PackingPolicy } from './policy'

export const bestFitCrop: PackingPolicy<'bestfit-crop', true> = {
  name: 'bestfit-crop',
  about: 'longest that fits; where none does, the first in the buffer, cropped',
  trains: true,
  pads: false,
  cropsToRow: false,
  place(buffer, rows) {
    const candidate = buffer.takeLongest(rows.remaining) ?? buffer.takeFirst()
    return candidate && rows.place(rows.row, candidate)
  },
}
