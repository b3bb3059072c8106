/**
 * The rendered ids of one dataset under one tokenizer, on disk in segments. The folder's name is a hash of the dataset's
 * identity, the tokenizer's fingerprint and the version of the rendering, so whatever changes, old ids are never met.
 * A file is 2 bytes an id for vocabularies up to 65,536; a row costs about 3 µs.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { MAX_CONVERSATION_TOKENS, RENDERING_VERSION } from '../../tokenizer/render'
import type { DatasetInfo } from '../mixture'
import type { ConversationSize } from '../render-source'
import { SEGMENT_ROWS, SegmentReader, writeSegment, type SegmentRow } from './segment'

/** Longest that rendering holds its thread, in milliseconds. */
const HOLD_MS = 8

export class TokenCache {
  private readonly dir: string
  private readonly segments = new Map<number, SegmentReader>()

  /** @param fingerprint the tokenizer's. */
  constructor(
    private readonly dataset: DatasetInfo,
    fingerprint: string,
    cacheDir: string,
  ) {
    const key = [dataset.identity, fingerprint, RENDERING_VERSION, MAX_CONVERSATION_TOKENS, SEGMENT_ROWS]
    this.dir = join(cacheDir, 'tokens', createHash('sha256').update(JSON.stringify(key)).digest('hex'))
  }

  /** The ids of a row, or undefined where they are not on disk; looks on disk only in {@link look}. */
  ids(row: number): Int32Array | undefined {
    return this.segmentOf(row)?.read(row % SEGMENT_ROWS)
  }

  /** What a row amounts to, or undefined where it is not on disk; reads nothing. */
  size(row: number): ConversationSize | undefined {
    return this.segmentOf(row)?.size(row % SEGMENT_ROWS)
  }

  /** Opens a segment if it is on disk with all the rows it should have by now; whether it is. */
  look(segment: number): boolean {
    const due = this.rowsOf(segment).length
    if ((this.segments.get(segment)?.rows ?? 0) >= due) return true
    const reader = SegmentReader.open(this.path(segment))
    if (reader === undefined) return false
    this.segments.get(segment)?.close()
    this.segments.set(segment, reader)
    return reader.rows >= due
  }

  /** The dataset's rows that a segment holds. */
  rowsOf(segment: number): { first: number; length: number } {
    const first = segment * SEGMENT_ROWS
    return { first, length: Math.min(SEGMENT_ROWS, this.dataset.rows - first) }
  }

  /** Renders a segment's rows and writes them; other work of the thread comes in between every few milliseconds. */
  async write(segment: number, render: (row: number) => SegmentRow): Promise<void> {
    const { first, length } = this.rowsOf(segment)
    const rows: SegmentRow[] = []
    let since = performance.now()
    while (rows.length < length) {
      rows.push(render(first + rows.length))
      if (performance.now() - since < HOLD_MS) continue
      await setImmediate()
      since = performance.now()
    }
    await writeSegment(this.path(segment), rows)
  }

  close(): void {
    for (const segment of this.segments.values()) segment.close()
    this.segments.clear()
  }

  /** The open segment that has a row. */
  private segmentOf(row: number): SegmentReader | undefined {
    const segment = this.segments.get(Math.floor(row / SEGMENT_ROWS))
    return segment !== undefined && row % SEGMENT_ROWS < segment.rows ? segment : undefined
  }

  private path(segment: number): string {
    return join(this.dir, `${String(segment).padStart(6, '0')}.ids`)
  }
}
