import { expect, it } from 'vitest'
import { ByteWriter } from '../../../../src-main/checkpoint/byte-writer'

it('keeps every byte while it grows', () => {
  const writer = new ByteWriter()
  for (let i = 0; i < 10_000; i++) writer.u8(i % 251)
  expect([...writer.written()].every((byte, i) => byte === i % 251)).toBe(true)
  expect(writer.written()).toHaveLength(10_000)
})

it('writes fields little-endian, and floats big-endian as pickle wants them', () => {
  const writer = new ByteWriter()
    .u16(0x0102)
    .u32(0x03040506)
    .i32(-2)
    .u64(2 ** 40)
    .utf8('é')
    .f64BigEndian(1)
  expect(Buffer.from(writer.written()).toString('hex')).toBe(
    '0201' + '06050403' + 'feffffff' + '0000000000010000' + 'c3a9' + '3ff0000000000000',
  )
})
