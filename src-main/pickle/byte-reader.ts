/**
 * Reads numbers, strings and bytes from a buffer in order, little-endian as pickle and zip write them. Reading past the
 * end throws a RangeError and never invents bytes.
 */
export class ByteReader {
  /** The next byte's position. */
  at = 0
  private readonly view: DataView
  private static readonly text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor(private readonly buffer: Uint8Array) {
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  }

  u8(): number {
    return this.view.getUint8(this.take(1))
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true)
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true)
  }

  /** An unsigned 64-bit length. One beyond 2^53 is refused, since nothing is that long. */
  u64(): number {
    const value = this.view.getBigUint64(this.take(8), true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`a length of ${String(value)}`)
    return Number(value)
  }

  f64BigEndian(): number {
    return this.view.getFloat64(this.take(8), false)
  }

  /** A two's complement integer of `length` bytes. It is a bigint only where a number would lose digits. */
  signed(length: number): number | bigint {
    if (length > 16) throw new RangeError(`an integer of ${String(length)} bytes`)
    const bytes = this.bytes(length)
    let value = 0n
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
    const signed = BigInt.asIntN(8 * length, value)
    const number = Number(signed)
    return Number.isSafeInteger(number) ? number : signed
  }

  /** A view of the next bytes, without a copy. */
  bytes(length: number): Uint8Array {
    const start = this.take(length)
    return this.buffer.subarray(start, start + length)
  }

  /** @throws TypeError when the bytes are not UTF-8. */
  utf8(length: number): string {
    return ByteReader.text.decode(this.bytes(length))
  }

  /** The text up to the next newline, which is skipped. */
  line(): string {
    const end = this.buffer.indexOf(0x0a, this.at)
    if (end < 0) throw new RangeError('a line without an end')
    const text = this.utf8(end - this.at)
    this.at = end + 1
    return text
  }

  private take(length: number): number {
    const start = this.at
    if (length > this.buffer.length - start) throw new RangeError('it ends in the middle of a value')
    this.at = start + length
    return start
  }
}
