/**
 * Greedy crop: always the first of the buffer, cropped where the row ends. The simplest packing that pads nothing, and
 * the one that loses most; the buffer's size makes no difference to it.
 */
import type { Packer } from './policy'

export const greedyCrop: Packer = {
  name: 'greedy-crop',
  pads: false,
  place(buffer, rows) {
    const candidate = buffer.takeFirst()
    return candidate && rows.place(rows.row, candidate)
  },
}
