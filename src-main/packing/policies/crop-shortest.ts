/**
 * Best fit with the shortest cropped, as in nanochat's current pretraining loader: where none fits, the shortest
 * conversation of the buffer is cropped to fill the row, so that less is lost than with the first one.
 */
import type { PackingPolicy } from './policy'

export const cropShortest: PackingPolicy<'crop-shortest', false> = {
  name: 'crop-shortest',
  about: 'longest that fits; where none does, the shortest in the buffer, cropped',
  trains: false,
  pads: false,
  cropsToRow: false,
  place(buffer, rows) {
    const candidate = buffer.takeLongest(rows.remaining) ?? buffer.takeShortest()
    return candidate && rows.place(rows.row, candidate)
  },
}
