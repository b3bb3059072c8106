/**
 * The rendered ids of one dataset under one tokenizer, and their supervision, on disk in segments. The folder's name is a hash of the
 * dataset's identity, the tokenizer's fingerprint and the version of the rendering, so old ids are never used after a
 * change. A file takes 2 bytes an id for vocabularies up to 65,536; reading a row takes about 3 µs. A damaged segment
 * is reported and removed, so that it is made again.
 */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Damage, type OnDamage } from '../../files/checksum'
import { Breather } from '../../threads/breathe'
import { MAX_CONVERSATION_TOKENS, RENDERING_VERSION } from '../../tokenizer/render'
import type { Tokens } from '../../tokenizer/supervision'
import type { DatasetInfo } from '../mixture'
import type { ConversationSize } from '../render-source'
import { SEGMENT_ROWS, SegmentReader, writeSegment, type SegmentRow } from './segment'

/** Folder of the segments. Older ones lie in `tokens` (without checksums) and `tokens-2` (without supervision). */
export const TOKENS_FOLDER = 'tokens-3'

export interface TokenCacheOptions {
  onDamage: OnDamage
  /** Whether ids are checked when they are read. @default true */
  checked?: boolean
}

export class TokenCache {
  private readonly dir: string
  private readonly segments = new Map<number, SegmentReader>()
  /** Damaged segments that could not be removed: they are never opened again. */
  private readonly unusable = new Set<number>()

  /** @param fingerprint the tokenizer's fingerprint. */
  constructor(
    private readonly dataset: DatasetInfo,
    fingerprint: string,
    cacheDir: string,
    private readonly options: TokenCacheOptions,
  ) {
    const key = [dataset.identity, fingerprint, RENDERING_VERSION, MAX_CONVERSATION_TOKENS, SEGMENT_ROWS]
    this.dir = join(cacheDir, TOKENS_FOLDER, createHash('sha256').update(JSON.stringify(key)).digest('hex'))
  }

  /** The tokens of a row, or undefined where they are not on disk; only {@link look} looks for new ones there. */
  tokens(row: number): Tokens | undefined {
    return this.unlessDamaged(segmentOf(row), () => this.opened(row)?.read(row % SEGMENT_ROWS))
  }

  /** A row's size, or undefined where the row is not on disk; reads nothing. */
  size(row: number): ConversationSize | undefined {
    return this.opened(row)?.size(row % SEGMENT_ROWS)
  }

  /** Opens a segment if it is on disk with all the rows that it should have; returns whether it is. */
  look(segment: number): boolean {
    const due = this.rowsOf(segment).length
    if ((this.segments.get(segment)?.rows ?? 0) >= due) return true
    if (this.unusable.has(segment)) return false
    const { checked } = this.options
    const reader = this.unlessDamaged(segment, () => SegmentReader.open(this.path(segment), checked))
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

  /** Renders a segment's rows and writes them, and lets the thread do other work every few milliseconds. */
  async write(
    segment: number,
    render: (row: number) => SegmentRow | Promise<SegmentRow>,
    signal?: AbortSignal,
  ): Promise<void> {
    const { first, length } = this.rowsOf(segment)
    const rows: SegmentRow[] = []
    const breather = new Breather(signal)
    while (rows.length < length) {
      const row = render(first + rows.length)
      rows.push(row instanceof Promise ? await row : row)
      if (breather.due) await breather.breathe()
    }
    await writeSegment(this.path(segment), rows)
    this.unusable.delete(segment)
  }

  close(): void {
    for (const segment of this.segments.values()) segment.close()
    this.segments.clear()
  }

  /** What `read` returns, or undefined where the segment turns out to be damaged; it is then removed. */
  private unlessDamaged<T>(segment: number, read: () => T | undefined): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      this.drop(segment)
      this.options.onDamage(error.toNotice())
      return undefined
    }
  }

  private drop(segment: number): void {
    this.segments.get(segment)?.close()
    this.segments.delete(segment)
    try {
      rmSync(this.path(segment), { force: true })
    } catch {
      this.unusable.add(segment) // the cache's folder may be read-only
    }
  }

  /** The open segment that contains a row. */
  private opened(row: number): SegmentReader | undefined {
    const segment = this.segments.get(segmentOf(row))
    return segment !== undefined && row % SEGMENT_ROWS < segment.rows ? segment : undefined
  }

  private path(segment: number): string {
    return join(this.dir, `${String(segment).padStart(6, '0')}.ids`)
  }
}

function segmentOf(row: number): number {
  return Math.floor(row / SEGMENT_ROWS)
}
