/** A growing buffer of bytes: the little-endian fields of zip files and the opcodes of pickles. */
export class ByteWriter {
  private bytes = new Uint8Array(256)
  private length = 0

  u8(value: number): this {
    const at = this.reserve(1) // before `this.bytes` is read: reserving may replace it
    this.bytes[at] = value
    return this
  }

  u16(value: number): this {
    this.view(2).setUint16(0, value, true)
    return this
  }

  u32(value: number): this {
    this.view(4).setUint32(0, value, true)
    return this
  }

  i32(value: number): this {
    this.view(4).setInt32(0, value, true)
    return this
  }

  u64(value: number): this {
    this.view(8).setBigUint64(0, BigInt(value), true)
    return this
  }

  f64BigEndian(value: number): this {
    this.view(8).setFloat64(0, value, false)
    return this
  }

  raw(bytes: Uint8Array): this {
    const start = this.reserve(bytes.length)
    this.bytes.set(bytes, start)
    return this
  }

  utf8(text: string): this {
    return this.raw(new TextEncoder().encode(text))
  }

  /** The bytes written so far: a view, valid until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  private view(size: number): DataView {
    const start = this.reserve(size)
    return new DataView(this.bytes.buffer, start, size)
  }

  private reserve(count: number): number {
    const start = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.bytes.length))
      larger.set(this.bytes)
      this.bytes = larger
    }
    return start
  }
}
