/**
 * Writes a zip file as torch.save does: entries stored without compression, contents aligned to 64 bytes (so that they
 * can be mapped into memory), checksum and sizes behind the contents, zip64 fields where something lies beyond 4 GB,
 * and always a zip64 end record. The layout is byte for byte that of PyTorch's writer
 * (caffe2/serialize/inline_container.cc). It streams: only the directory is held in memory.
 */
import { crc32 } from 'node:zlib'
import { ByteWriter } from './byte-writer'
import type { Sink } from '../files/sink'
import type { Chunks } from './torch-value'

/** torch's default; newer torch versions read it from the file. */
export const STORAGE_ALIGNMENT = 64

const MAX_32 = 0xffffffff
const LOCAL_HEADER_SIZE = 30
/** Sizes follow the contents (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808
const Signature = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
  end: 0x06054b50,
} as const

interface WrittenEntry {
  name: Uint8Array
  size: number
  crc: number
  headerOffset: number
}

/** Adds entries to a zip file in order; `finish` writes the directory. */
export class StoredZipWriter {
  private readonly entries: WrittenEntry[] = []

  constructor(private readonly sink: Sink) {}

  /** Name and checksum of every entry so far, one a line. */
  get checksums(): string {
    return this.entries.map(({ name, crc }) => `${new TextDecoder().decode(name)} ${String(crc)}\n`).join('')
  }

  /**
   * @param size bytes of content, known beforehand, because the header's length depends on it
   * @throws RangeError when the chunks do not add up to `size`
   */
  async add(name: string, size: number, chunks: Chunks): Promise<void> {
    const headerOffset = this.sink.position
    const nameBytes = new TextEncoder().encode(name)
    await this.writeLocalHeader(nameBytes, size, headerOffset)
    let crc = 0
    let written = 0
    for await (const chunk of chunks) {
      crc = crc32(chunk, crc)
      written += chunk.length
      await this.sink.write(chunk)
    }
    if (written !== size) {
      throw new RangeError(`${name}: ${String(written)} bytes in place of ${String(size)}`)
    }
    await this.writeDescriptor(size, crc)
    this.entries.push({ name: nameBytes, size, crc, headerOffset })
  }

  async finish(): Promise<void> {
    const start = this.sink.position
    for (const entry of this.entries) await this.sink.write(centralHeader(entry))
    const size = this.sink.position - start
    await this.sink.write(endRecords(this.entries.length, size, start))
  }

  private async writeLocalHeader(name: Uint8Array, size: number, headerOffset: number): Promise<void> {
    const wide = zip64Field(size >= MAX_32 ? [size, size] : [], headerOffset)
    const used = headerOffset + LOCAL_HEADER_SIZE + name.length + wide.length + 4
    const padding = (STORAGE_ALIGNMENT - (used % STORAGE_ALIGNMENT)) % STORAGE_ALIGNMENT
    const header = new ByteWriter()
    header.u32(Signature.local).u16(0).u16(FLAGS).u16(0).u32(0)
    header.u32(0).u32(0).u32(0) // checksum and sizes are in the descriptor
    header.u16(name.length).u16(wide.length + 4 + padding)
    header.raw(name).raw(wide)
    header.utf8('FB').u16(padding).utf8('Z'.repeat(padding))
    await this.sink.write(header.written())
  }

  private async writeDescriptor(size: number, crc: number): Promise<void> {
    const isWide = size >= MAX_32
    const descriptor = new ByteWriter()
    descriptor.u32(Signature.descriptor).u32(crc)
    if (isWide) descriptor.u64(size).u64(size)
    else descriptor.u32(size).u32(size)
    await this.sink.write(descriptor.written())
  }
}

function centralHeader({ name, size, crc, headerOffset }: WrittenEntry): Uint8Array {
  const wide = zip64Field(size >= MAX_32 ? [size, size] : [], headerOffset)
  const fields = new ByteWriter()
  const size32 = Math.min(size, MAX_32)
  fields.u32(Signature.central).u16(0).u16(0).u16(FLAGS).u16(0).u32(0)
  fields.u32(crc).u32(size32).u32(size32)
  fields.u16(name.length).u16(wide.length).u16(0).u16(0).u16(0).u32(0)
  fields.u32(Math.min(headerOffset, MAX_32))
  fields.raw(name).raw(wide)
  return fields.written()
}

function endRecords(count: number, size: number, offset: number): Uint8Array {
  const fields = new ByteWriter()
  fields.u32(Signature.end64).u64(44).u16(0x031e).u16(45).u32(0).u32(0)
  fields.u64(count).u64(count).u64(size).u64(offset)
  fields
    .u32(Signature.end64Locator)
    .u32(0)
    .u64(offset + size)
    .u32(1)
  const count16 = Math.min(count, 0xffff)
  fields.u32(Signature.end).u16(0).u16(0).u16(count16).u16(count16)
  fields.u32(Math.min(size, MAX_32)).u32(Math.min(offset, MAX_32)).u16(0)
  return fields.written()
}

/** The zip64 extra field (id 1) with the sizes and the offset that do not fit in 32 bits; empty when all do. */
function zip64Field(wideSizes: number[], headerOffset: number): Uint8Array {
  const values = headerOffset >= MAX_32 ? [...wideSizes, headerOffset] : wideSizes
  if (values.length === 0) return new Uint8Array()
  const field = new ByteWriter()
  field.u16(1).u16(8 * values.length)
  for (const value of values) field.u64(value)
  return field.written()
}
