/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) and its masked form, by which TFRecord files know damage. Node's zlib has
 * the other CRC-32 only.
 */
const POLYNOMIAL = 0x82f63b78 // reflected
const MASK_DELTA = 0xa282ead8

/** [256] the checksum of each byte. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value
})

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** Turned by 15 bits and moved, so that the checksum of bytes that hold checksums is none of them. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
}
