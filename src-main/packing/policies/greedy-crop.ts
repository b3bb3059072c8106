/**
 * Greedy crop: always takes the first of the buffer, cropped where the row ends. It is the simplest packing that pads
 * nothing, and the one that loses most; the buffer's size makes no difference to it.
 */
import type { PackingPolicy } from './policy'

export const greedyCrop: PackingPolicy<'greedy-crop', false> = {
  name: 'greedy-crop',
  about: 'in reading order, cropped at the row’s end',
  trains: false,
  pads: false,
  cropsToRow: false,
  place(buffer, rows) {
    const candidate = buffer.takeFirst()
    return candidate && rows.place(rows.row, candidate)
  },
}
