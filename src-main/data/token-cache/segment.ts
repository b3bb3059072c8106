/**
 * A segment: the rendered ids of a few thousand neighbouring rows of a dataset in one file, written whole or not at all
 * (files/durable.ts). A small segment, whose rows are so short that a separate read of each would cost more than it is
 * worth, is held in memory once its first row is read.
 *
 * Layout, little-endian, all uint32: magic, checksum of what follows up to the ids, rows, bytes an id (2 or 4), number
 * of ids, checksum of the ids; then where each row's ids start and where the last row's end, [rows + 1]; for each row,
 * how many ids are supervised, how many rendering cut off, and the checksum of its ids, [rows] each; then the ids.
 *
 * Nothing is returned that does not match its checksum. A row is a block of its own, so that reading one touches only
 * its own bytes, some 100 to 8,000; a held segment is one block, since 8,192 small checksums would cost more than the
 * reading itself.
 */
import { closeSync, fstatSync } from 'node:fs'
import { checksum, Damage } from '../../files/checksum'
import { makeFile } from '../../files/durable'
import { openIfThere, readExactly } from '../../files/read-exactly'
import type { ConversationSize } from '../render-source'

/** Number of rows in a segment; the last one of a dataset may have fewer. */
export const SEGMENT_ROWS = 8192

/** Bytes of the largest segment that is held in memory, and of all that a thread holds. */
const HELD_SEGMENT = 8 * 2 ** 20
const HELD_IN_ALL = 64 * 2 ** 20
let heldBytes = 0

/** Buffer for a row of 2 bytes an id before it is widened to 4. */
const passing = new Uint16Array(4096)

const MAGIC = 0x344b544d // MTK4; older ones had no checksums, and lie in another folder
const HEADER_WORDS = 6
/** The header's words up to the first that the checksum of the tables covers. */
const UNSUMMED_WORDS = 2

/** A row to be written. */
export interface SegmentRow {
  ids: Int32Array
  /** Number of ids that the assistant is trained on. */
  supervised: number
  /** Number of ids that rendering cut off. */
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
  const ids = width === 2 ? new Uint16Array(buffer, start) : new Int32Array(buffer, start)
  rows.forEach((row, i) => {
    ids.set(row.ids, offsets[i] ?? 0)
  })
  const sums = rows.map((_, i) => checksum(bytesOf(ids.subarray(offsets[i], offsets[i + 1]))))
  const head = new Uint32Array(buffer, 0, start / 4)
  head.set([MAGIC, 0, rows.length, width, count, checksum(bytesOf(ids))])
  head.set(offsets, HEADER_WORDS)
  const perRow = [rows.map(({ supervised }) => supervised), rows.map(({ cut }) => cut), sums]
  head.set(perRow.flat(), HEADER_WORDS + offsets.length)
  head[1] = checksum(bytesOf(head.subarray(UNSUMMED_WORDS)))
  return new Uint8Array(buffer)
}

/** Where the ids of a segment begin, in bytes. */
function startOfIds(rows: number): number {
  return 4 * (HEADER_WORDS + (rows + 1) + 3 * rows)
}

/** The contents of a segment's head. */
interface Head {
  rows: number
  /** Bytes an id. */
  width: number
  /** Number of all ids. */
  count: number
  /** Checksum of the ids. */
  idsSum: number
  /** [rows + 1] */
  offsets: Uint32Array
  /** [rows] each. */
  supervised: Uint32Array
  cut: Uint32Array
  sums: Uint32Array
}

export class SegmentReader {
  /** [count] all rows' ids; undefined where they are read from the file. */
  private held: Int32Array | undefined

  private constructor(
    private readonly path: string,
    private readonly file: number,
    private readonly head: Head,
    /** Whether ids are checked when they are read. */
    private readonly checked: boolean,
  ) {}

  /**
   * Opens a segment and checks its head.
   * @param checked whether ids are checked when they are read; a benchmark shows what that costs
   * @returns undefined where there is no segment
   * @throws Damage where the segment has changed since it was written
   */
  static open(path: string, checked = true): SegmentReader | undefined {
    const file = openIfThere(path)
    if (file === undefined) return undefined
    try {
      return new SegmentReader(path, file, readHead(file, path), checked)
    } catch (error) {
      closeSync(file)
      throw error
    }
  }

  get rows(): number {
    return this.head.rows
  }

  /**
   * [T] the ids of a row of the segment. They may be shared with other readers: do not write to them.
   * @throws Damage where they have changed since they were written
   */
  read(row: number): Int32Array {
    const { offsets, sums } = this.head
    const first = offsets[row] ?? 0
    const end = offsets[row + 1] ?? 0
    this.held ??= this.hold()
    return this.held?.subarray(first, end) ?? this.readIds(first, end, sums[row], `row ${String(row)}`)
  }

  /** A row's size; reads nothing. */
  size(row: number): ConversationSize {
    const { offsets, supervised, cut } = this.head
    const length = (offsets[row + 1] ?? 0) - (offsets[row] ?? 0)
    return { length, supervised: supervised[row] ?? 0, cut: cut[row] ?? 0 }
  }

  close(): void {
    closeSync(this.file)
    heldBytes -= this.held?.byteLength ?? 0
    this.held = undefined
  }

  /** Reads all ids into memory, where there is room for them. */
  private hold(): Int32Array | undefined {
    const { count, idsSum } = this.head
    const size = count * Int32Array.BYTES_PER_ELEMENT
    if (size > HELD_SEGMENT || heldBytes + size > HELD_IN_ALL) return undefined
    const ids = this.readIds(0, count, idsSum, 'its ids')
    heldBytes += size
    return ids
  }

  private readIds(first: number, end: number, sum: number | undefined, what: string): Int32Array {
    const { rows, width } = this.head
    const count = end - first
    const ids = new Int32Array(count)
    const passed = count <= passing.length ? passing.subarray(0, count) : new Uint16Array(count)
    const stored = width === 4 ? ids : passed
    const bytes = readExactly(this.file, bytesOf(stored), startOfIds(rows) + first * width, this.path)
    if (this.checked && checksum(bytes) !== sum)
      throw new Damage(this.path, `the checksum of ${what} differs`)
    if (stored !== ids) ids.set(stored)
    return ids
  }
}

/** @throws Damage */
function readHead(file: number, path: string): Head {
  const header = new Uint32Array(HEADER_WORDS)
  readExactly(file, bytesOf(header), 0, path)
  const [magic, sum, rows = 0, width = 0, count = 0, idsSum = 0] = header
  if (magic !== MAGIC) throw new Damage(path, 'it is no segment of ids')
  if (fstatSync(file).size !== startOfIds(rows) + width * count) throw new Damage(path, 'its size differs')
  const tables = new Uint32Array(4 * rows + 1)
  readExactly(file, bytesOf(tables), 4 * HEADER_WORDS, path)
  const found = checksum(bytesOf(tables), checksum(bytesOf(header.subarray(UNSUMMED_WORDS))))
  if (found !== sum) throw new Damage(path, 'the checksum of its head differs')
  const table = (index: number): Uint32Array => tables.subarray(rows * index + 1, rows * (index + 1) + 1)
  const offsets = tables.subarray(0, rows + 1)
  return { rows, width, count, idsSum, offsets, supervised: table(1), cut: table(2), sums: table(3) }
}

function bytesOf(array: Uint16Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
