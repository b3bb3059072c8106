/**
 * Random access to the entries of an uncompressed zip file, such as torch.save writes: the central directory (zip64
 * included) is read when it is opened, and bytes of an entry on demand through one file handle, so a file of any size
 * takes memory only for what is read. Compressed or encrypted entries are refused by name.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { MidbenchError } from '../errors'
import { readAt } from '../files/read-exactly'
import { requireContents } from '../files/regular-file'
import { ByteReader } from './byte-reader'

export interface ZipEntry {
  name: string
  /** Bytes of content. */
  size: number
  crc32: number
  /** Where the entry's local header starts in the file. */
  headerOffset: number
}

export interface StoredZip {
  /** Entries by full name, in the directory's order. */
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** Position of an entry's first content byte in the file. */
  contentOffset(entry: ZipEntry): Promise<number>
  /** `length` bytes of an entry from `start`; the whole entry by default. */
  read(entry: ZipEntry, start?: number, length?: number): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * Whether an entry's bytes have the checksum in the directory. A checksum of 0 means none: torch writes 0 where it was
 * told not to compute any.
 */
export function hasChecksum(entry: ZipEntry, crc: number): boolean {
  return entry.crc32 === 0 || entry.crc32 === crc
}

/**
 * Opens a stored zip file.
 * @throws MidbenchError `zip.refused` when the file is no zip, is cut, or holds compressed or encrypted entries,
 * `file.*` where it is no regular file, is empty or is a Git LFS pointer; file system errors (a missing file) pass
 * through.
 */
export async function openStoredZip(path: string): Promise<StoredZip> {
  await requireContents(path)
  const file = await open(path, 'r')
  try {
    const zip = new ZipFile(path, file, (await file.stat()).size)
    await zip.readDirectory()
    return zip
  } catch (error) {
    await file.close()
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error
    throw refused(path, error.message, error)
  }
}

function refused(path: string, reason: string, cause?: unknown): MidbenchError {
  return new MidbenchError(
    {
      code: 'zip.refused',
      message: `${path}: not a zip file as torch writes it: ${reason}`,
      remedy: 'The file may be cut; copy it again from where it was made.',
    },
    { cause },
  )
}

const END_SIZE = 22
const END64_LOCATOR_SIZE = 20
const LOCAL_HEADER_SIZE = 30
const Signature = {
  end: 0x06054b50,
  end64Locator: 0x07064b50,
  end64: 0x06064b50,
  central: 0x02014b50,
  local: 0x04034b50,
} as const
/** A 32-bit field with this value is in the zip64 extra field instead. */
const IN_ZIP64 = 0xffffffff

class ZipFile implements StoredZip {
  readonly entries = new Map<string, ZipEntry>()

  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly fileSize: number,
  ) {}

  async contentOffset(entry: ZipEntry): Promise<number> {
    const header = new ByteReader(await this.readAt(entry.headerOffset, LOCAL_HEADER_SIZE))
    if (header.u32() !== Signature.local) throw refused(this.path, `entry ${entry.name} has no header`)
    header.bytes(22)
    // The local name and extra field differ in length from the directory's: torch aligns contents with the latter.
    return entry.headerOffset + LOCAL_HEADER_SIZE + header.u16() + header.u16()
  }

  async read(entry: ZipEntry, start = 0, length = entry.size - start): Promise<Uint8Array> {
    if (start < 0 || length < 0 || start + length > entry.size) {
      throw refused(this.path, `entry ${entry.name} has ${String(entry.size)} bytes, fewer than asked for`)
    }
    return this.readAt((await this.contentOffset(entry)) + start, length)
  }

  close(): Promise<void> {
    return this.file.close()
  }

  async readDirectory(): Promise<void> {
    const { count, offset, size } = await this.findDirectory()
    const reader = new ByteReader(await this.readAt(offset, size))
    for (let i = 0; i < count; i++) {
      const entry = readCentralHeader(reader)
      if (this.entries.has(entry.name)) throw new TypeError(`entry ${entry.name} occurs twice`)
      this.entries.set(entry.name, entry)
    }
  }

  /** Searches for the end record from the back, since a comment may follow it. */
  private async findDirectory(): Promise<{ count: number; offset: number; size: number }> {
    const tailSize = Math.min(this.fileSize, END_SIZE + 0xffff + END64_LOCATOR_SIZE)
    const tail = await this.readAt(this.fileSize - tailSize, tailSize)
    for (let at = tailSize - END_SIZE; at >= 0; at--) {
      const reader = new ByteReader(tail.subarray(at))
      if (reader.u32() !== Signature.end) continue
      reader.bytes(6)
      const end = { count: reader.u16(), size: reader.u32(), offset: reader.u32() }
      if (end.count !== 0xffff && end.size !== IN_ZIP64 && end.offset !== IN_ZIP64) return end
      return this.readEnd64(tail.subarray(Math.max(0, at - END64_LOCATOR_SIZE), at))
    }
    throw new RangeError('it has no end record')
  }

  private async readEnd64(locator: Uint8Array): Promise<{ count: number; offset: number; size: number }> {
    const pointer = new ByteReader(locator)
    if (pointer.u32() !== Signature.end64Locator) throw new RangeError('it has no zip64 locator')
    pointer.u32()
    const reader = new ByteReader(await this.readAt(pointer.u64(), 56))
    if (reader.u32() !== Signature.end64) throw new RangeError('it has no zip64 end record')
    reader.bytes(28)
    return { count: reader.u64(), size: reader.u64(), offset: reader.u64() }
  }

  private async readAt(position: number, length: number): Promise<Uint8Array> {
    if (position < 0 || position + length > this.fileSize) throw refused(this.path, 'it is cut')
    const bytes = await readAt(this.file, position, length)
    if (bytes === undefined) throw refused(this.path, 'it is cut')
    return bytes
  }
}

function readCentralHeader(reader: ByteReader): ZipEntry {
  if (reader.u32() !== Signature.central) throw new RangeError('its directory is broken')
  reader.bytes(4)
  const flags = reader.u16()
  const method = reader.u16()
  reader.bytes(4)
  const crc32 = reader.u32()
  const packed = reader.u32()
  const size = reader.u32()
  const nameLength = reader.u16()
  const extraLength = reader.u16()
  const commentLength = reader.u16()
  reader.bytes(8)
  const headerOffset = reader.u32()
  const name = reader.utf8(nameLength)
  const wide = readZip64(reader.bytes(extraLength), [size, packed, headerOffset])
  reader.bytes(commentLength)
  if ((flags & 1) !== 0) throw new TypeError(`entry ${name} is encrypted`)
  if (method !== 0 || wide[0] !== wide[1]) throw new TypeError(`entry ${name} is compressed`)
  return { name, size: wide[0], crc32, headerOffset: wide[2] }
}

/** The three sizes, with those that do not fit in 32 bits taken from the zip64 extra field (id 1). */
function readZip64(extra: Uint8Array, sizes: [number, number, number]): [number, number, number] {
  if (!sizes.includes(IN_ZIP64)) return sizes
  const reader = new ByteReader(extra)
  while (reader.at + 4 <= extra.length) {
    const id = reader.u16()
    const length = reader.u16()
    if (id !== 1) {
      reader.bytes(length)
      continue
    }
    const [size, packed, offset] = sizes
    return [
      size === IN_ZIP64 ? reader.u64() : size,
      packed === IN_ZIP64 ? reader.u64() : packed,
      offset === IN_ZIP64 ? reader.u64() : offset,
    ]
  }
  throw new RangeError('a zip64 size is missing')
}
