/**
 * A segment: the rendered ids of a few thousand neighbouring rows of a dataset, with what is supervised of them, in one
 * file, written whole or not at all (files/durable.ts). A small segment, whose rows are so short that a separate read of
 * each would cost more than it is worth, is held in memory once its first row is read.
 *
 * Layout, little-endian, all uint32: magic, checksum of what follows up to the ids, rows, bytes an id (2 or 4), number
 * of ids, checksum of the ids, number of edges; then where each row's ids start and where the last row's end,
 * [rows + 1], and the same of its edges; for each row, how many ids are supervised, how many rendering cut off, how many
 * of those would be supervised, and the checksum of its ids, [rows] each; then the edges of the supervised stretches (tokenizer/supervision.ts), two to a
 * word; then the ids. All but the ids is in memory while a segment is open.
 *
 * Nothing is returned that does not match its checksum. A row is a block of its own, so that reading one touches only
 * its own bytes, some 100 to 8,000; a held segment is one block, since 8,192 small checksums would cost more than the
 * reading itself.
 */
import { closeSync, fstatSync } from 'node:fs'
import { checksum, Damage } from '../../files/checksum'
import { makeFile } from '../../files/durable'
import { openIfThere, readExactly } from '../../files/read-exactly'
import { supervisedWithin, type Stretches, type Tokens } from '../../tokenizer/supervision'
import type { ConversationSize } from '../render-source'

/** Number of rows in a segment; the last one of a dataset may have fewer. */
export const SEGMENT_ROWS = 8192

/** Bytes of the largest segment that is held in memory, and of all that a thread holds. */
const HELD_SEGMENT = 8 * 2 ** 20
const HELD_IN_ALL = 64 * 2 ** 20
let heldBytes = 0

/** Buffer for a row of 2 bytes an id before it is widened to 4. */
const passing = new Uint16Array(4096)

const MAGIC = 0x364b544d // MTK6; older ones had no stretches, or no checksums, and lie in other folders
const HEADER_WORDS = 7
/** The header's words up to the first that the checksum of the tables covers. */
const UNSUMMED_WORDS = 2

/** A row to be written. */
export interface SegmentRow extends Tokens {
  /** Number of ids that rendering cut off, and of the supervised ones among them. */
  cut: number
  supervisedCut: number
}

/** Writes a segment. */
export async function writeSegment(path: string, rows: readonly SegmentRow[]): Promise<void> {
  await makeFile(path, encodeSegment(rows))
}

function encodeSegment(rows: readonly SegmentRow[]): Uint8Array {
  const width = rows.every(({ ids }) => ids.every((id) => id < 0x10000)) ? 2 : 4
  const idsFrom = startsOf(rows.map(({ ids }) => ids.length))
  const edgesFrom = startsOf(rows.map(({ stretches }) => stretches.length))
  const count = idsFrom.at(-1) ?? 0
  const edges = edgesFrom.at(-1) ?? 0
  const start = startOfIds(rows.length, edges)
  const buffer = new ArrayBuffer(start + count * width)
  const ids = width === 2 ? new Uint16Array(buffer, start) : new Int32Array(buffer, start)
  const stretches = new Uint16Array(buffer, startOfEdges(rows.length), edges)
  rows.forEach((row, i) => {
    ids.set(row.ids, idsFrom[i] ?? 0)
    stretches.set(row.stretches, edgesFrom[i] ?? 0)
  })
  const supervised = rows.map((row) => supervisedWithin(row.stretches, row.ids.length))
  const cuts = [...rows.map((row) => row.cut), ...rows.map((row) => row.supervisedCut)]
  const sums = rows.map((_, i) => checksum(bytesOf(ids.subarray(idsFrom[i], idsFrom[i + 1]))))
  const head = new Uint32Array(buffer, 0, start / 4)
  head.set([MAGIC, 0, rows.length, width, count, checksum(bytesOf(ids)), edges])
  head.set([...idsFrom, ...edgesFrom, ...supervised, ...cuts, ...sums], HEADER_WORDS)
  head[1] = checksum(bytesOf(head.subarray(UNSUMMED_WORDS)))
  return new Uint8Array(buffer)
}

/** [n + 1] where each of n neighbours starts, and where the last one ends. */
function startsOf(lengths: readonly number[]): Uint32Array {
  const starts = new Uint32Array(lengths.length + 1)
  lengths.forEach((length, i) => (starts[i + 1] = (starts[i] ?? 0) + length))
  return starts
}

/** Number of words of a segment's tables. */
function tableWords(rows: number): number {
  return 2 * (rows + 1) + 4 * rows
}

/** Where the edges of a segment begin, in bytes. */
function startOfEdges(rows: number): number {
  return 4 * (HEADER_WORDS + tableWords(rows))
}

/** Where the ids of a segment begin, in bytes. */
function startOfIds(rows: number, edges: number): number {
  return startOfEdges(rows) + 4 * Math.ceil(edges / 2)
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
  /** Where the ids begin in the file, in bytes. */
  start: number
  /** [rows + 1] */
  idsFrom: Uint32Array
  edgesFrom: Uint32Array
  /** [rows] each. */
  supervised: Uint32Array
  cut: Uint32Array
  supervisedCut: Uint32Array
  sums: Uint32Array
  /** The stretches of all rows. */
  edges: Stretches
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
   * A row of the segment. Its ids may be shared with other readers: do not write to them.
   * @throws Damage where they have changed since they were written
   */
  read(row: number): Tokens {
    const { idsFrom, sums } = this.head
    const first = idsFrom[row] ?? 0
    const end = idsFrom[row + 1] ?? 0
    this.held ??= this.hold()
    const ids = this.held?.subarray(first, end) ?? this.readIds(first, end, sums[row], `row ${String(row)}`)
    return { ids, stretches: this.stretches(row) }
  }

  /** A row's size; reads nothing. */
  size(row: number): ConversationSize {
    const { idsFrom, supervised, cut, supervisedCut } = this.head
    const length = (idsFrom[row + 1] ?? 0) - (idsFrom[row] ?? 0)
    return {
      length,
      supervised: supervised[row] ?? 0,
      stretches: this.stretches(row),
      cut: cut[row] ?? 0,
      supervisedCut: supervisedCut[row] ?? 0,
    }
  }

  close(): void {
    closeSync(this.file)
    heldBytes -= this.held?.byteLength ?? 0
    this.held = undefined
  }

  private stretches(row: number): Stretches {
    const { edgesFrom, edges } = this.head
    return edges.subarray(edgesFrom[row], edgesFrom[row + 1])
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
    const { start, width } = this.head
    const count = end - first
    const ids = new Int32Array(count)
    const passed = count <= passing.length ? passing.subarray(0, count) : new Uint16Array(count)
    const stored = width === 4 ? ids : passed
    const bytes = readExactly(this.file, bytesOf(stored), start + first * width, this.path)
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
  const [magic, sum, rows = 0, width = 0, count = 0, idsSum = 0, edgeCount = 0] = header
  if (magic !== MAGIC) throw new Damage(path, 'it is no segment of ids')
  const start = startOfIds(rows, edgeCount)
  if (fstatSync(file).size !== start + width * count) throw new Damage(path, 'its size differs')
  const words = new Uint32Array(start / 4 - HEADER_WORDS)
  readExactly(file, bytesOf(words), 4 * HEADER_WORDS, path)
  const found = checksum(bytesOf(words), checksum(bytesOf(header.subarray(UNSUMMED_WORDS))))
  if (found !== sum) throw new Damage(path, 'the checksum of its head differs')
  const [idsFrom, edgesFrom] = [words.subarray(0, rows + 1), words.subarray(rows + 1, 2 * (rows + 1))]
  const table = (index: number): Uint32Array =>
    words.subarray(2 * (rows + 1)).subarray(rows * index, rows * (index + 1))
  const edges = new Uint16Array(words.buffer, 4 * tableWords(rows), edgeCount)
  return {
    rows,
    width,
    count,
    idsSum,
    start,
    idsFrom,
    edgesFrom,
    supervised: table(0),
    cut: table(1),
    supervisedCut: table(2),
    sums: table(3),
    edges,
  }
}

function bytesOf(array: Uint16Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
