import { expect, test } from 'vitest'

import { maskedCrc32c } from '../../../../../../src-main/runs/loggers/tensorboard/crc32c'

/** The other way round than TensorFlow's `Mask` (tsl/lib/hash/crc32c.h). */
function unmasked(masked: number): number {
  const turned = (masked - 0xa282ead8) >>> 0
  return ((turned >>> 17) | (turned << 15)) >>> 0
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

// RFC 3720, appendix B.4, and the usual check word.
test.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 times 255', new Uint8Array(32).fill(255), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['nothing', bytes(), 0],
])('the checksum of %s is the published one', (_, data, checksum) => {
  expect(unmasked(maskedCrc32c(data))).toBe(checksum)
})

test('the masked form is that of TensorFlow’s records', () => {
  expect(maskedCrc32c(bytes(24, 0, 0, 0, 0, 0, 0, 0))).toBe(0x224b7fa3) // of a record of 24 bytes, written by TensorBoard
})
