/**
 * A segment: the rendered ids of a few thousand neighbouring rows of a dataset in one file, written whole or not at all
 * (files/durable.ts). Layout, little-endian: magic, rows, bytes an id (2 or 4), ids in all, each uint32; then where each
 * row's ids start and where the last one's end, uint32 [rows + 1]; how many of each row's are supervised, and how many
 * more rendering cut off, uint32 [rows] each; then the ids. How long a row is needs no read; its ids are one read of their bytes. A small segment, whose rows are so
 * short that a read costs more than they do, is held in memory from its first row on.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { makeFile } from '../files/durable'
import type { ConversationSize } from '../render-source'

/** Rows of a segment; the last one of a dataset may have fewer. */
export const SEGMENT_ROWS = 8192

/** Bytes of the largest segment that is held in memory, and the most that a thread holds of all. */
const HELD_SEGMENT = 8 * 2 ** 20
const HELD_IN_ALL = 64 * 2 ** 20
let heldBytes = 0

/** What a row of 2 bytes an id is read into on its way to 4. */
const passing = new Uint16Array(4096)

const MAGIC = 0x334b544d // MTK3; MTK1 did not tell what is supervised, MTK2 not what is cut
const HEADER = 16

/** A row to be written. */
export interface SegmentRow {
  ids: Int32Array
  /** Ids that the assistant is trained on. */
  supervised: number
  /** Ids that rendering cut off. */
  cut: number
}

/** Writes a segment. */
export async function writeSegment(path: string, rows: readonly SegmentRow[]): Promise<void> {
  await makeFile(path, encodeSegment(rows))
}

function encodeSegment(rows: readonly SegmentRow[]): Uint8Array {
  const width = rows.every(({ ids }) => ids.every((id) => id < 0x10000)) ? 2 : 4
  const offsets = new Uint32Array(rows.length + 1)
  rows.forEach(({ ids }, row) => (offsets[row + 1] = (offsets[row] ?? 0) + ids.length))
  const count = offsets.at(-1) ?? 0
  const start = startOfIds(rows.length)
  const buffer = new ArrayBuffer(start + count * width)
  const head = new Uint32Array(buffer, 0, start / 4)
  const sizes = [...rows.map(({ supervised }) => supervised), ...rows.map(({ cut }) => cut)]
  head.set([MAGIC, rows.length, width, count, ...offsets, ...sizes])
  const ids = width === 2 ? new Uint16Array(buffer, start) : new Int32Array(buffer, start)
  rows.forEach((row, i) => {
    ids.set(row.ids, offsets[i] ?? 0)
  })
  return new Uint8Array(buffer)
}

/** Where the ids of a segment begin, in bytes. */
function startOfIds(rows: number): number {
  return HEADER + 4 * (rows + 1) + 2 * 4 * rows
}

export class SegmentReader {
  /** [rows + 1] */
  private readonly offsets: Uint32Array
  /** [rows] */
  private readonly supervised: Uint32Array
  /** [rows] */
  private readonly cut: Uint32Array
  /** [count] every row's ids; undefined where they are read from the file. */
  private held: Int32Array | undefined

  private constructor(
    private readonly file: number,
    readonly rows: number,
    private readonly width: number,
    private readonly count: number,
  ) {
    this.offsets = readExactly(file, new Uint32Array(rows + 1), HEADER)
    const sizes = readExactly(file, new Uint32Array(2 * rows), HEADER + this.offsets.byteLength)
    this.supervised = sizes.subarray(0, rows)
    this.cut = sizes.subarray(rows)
  }

  /** Opens a segment; undefined where there is none, or one that is not as it was written. */
  static open(path: string): SegmentReader | undefined {
    let file: number
    try {
      file = openSync(path, 'r')
    } catch {
      return undefined
    }
    try {
      const header = readExactly(file, new Uint32Array(HEADER / 4), 0)
      const [magic, rows = 0, width = 0, count = 0] = header
      const size = startOfIds(rows) + width * count
      if (magic === MAGIC && fstatSync(file).size === size) return new SegmentReader(file, rows, width, count)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
    closeSync(file)
    return undefined
  }

  /** [T] the ids of a row of the segment. They may be shared with other readers: not to be written to. */
  read(row: number): Int32Array {
    const first = this.offsets[row] ?? 0
    const end = this.offsets[row + 1] ?? 0
    this.held ??= this.hold()
    return this.held?.subarray(first, end) ?? this.readIds(first, end)
  }

  /** What a row amounts to; reads nothing. */
  size(row: number): ConversationSize {
    const length = (this.offsets[row + 1] ?? 0) - (this.offsets[row] ?? 0)
    return { length, supervised: this.supervised[row] ?? 0, cut: this.cut[row] ?? 0 }
  }

  close(): void {
    closeSync(this.file)
    heldBytes -= this.held?.byteLength ?? 0
    this.held = undefined
  }

  /** All ids, where there is room for them. */
  private hold(): Int32Array | undefined {
    const size = this.count * Int32Array.BYTES_PER_ELEMENT
    if (size > HELD_SEGMENT || heldBytes + size > HELD_IN_ALL) return undefined
    const ids = this.readIds(0, this.count)
    heldBytes += size
    return ids
  }

  private readIds(first: number, end: number): Int32Array {
    const count = end - first
    const at = startOfIds(this.rows) + first * this.width
    if (this.width === 4) return readExactly(this.file, new Int32Array(count), at)
    const stored = count <= passing.length ? passing.subarray(0, count) : new Uint16Array(count)
    return new Int32Array(readExactly(this.file, stored, at))
  }
}

/** Fills an array with what lies in a file from a position on. */
function readExactly<T extends Uint16Array | Int32Array | Uint32Array>(
  file: number,
  into: T,
  position: number,
): T {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
  for (let done = 0; done < bytes.length;) {
    const count = readSync(file, bytes, done, bytes.length - done, position + done)
    if (count === 0) throw new RangeError('a segment of rendered ids is cut')
    done += count
  }
  return into
}
