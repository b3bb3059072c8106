/**
 * The rendered ids of a mixture's conversations, from the disk where they are there, rendered on the spot where they are
 * not yet. The first run over a mixture fills the cache beside its work; a second one tokenizes nothing.
 */
import { MAX_CONVERSATION_TOKENS, renderConversation } from '../../tokenizer/render'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { Mixture } from '../mixture'
import { sizeOf, type ConversationSize, type ConversationSource } from '../render-source'
import { SEGMENT_ROWS, type SegmentRow } from './segment'
import { TokenCache } from './token-cache'

/** A part of a dataset to be rendered: about half a second's work. */
export interface FillJob {
  /** Index in {@link Mixture.datasets}. */
  dataset: number
  segment: number
  /** Conversations in it. */
  rows: number
}

export class TokenSource implements ConversationSource {
  readonly length: number
  /** Conversations that were rendered because they were not on disk. */
  rendered = 0
  private readonly caches: readonly TokenCache[]

  /** @param cacheDir the folder of `DataLocations.cacheDir`. */
  constructor(
    private readonly mixture: Mixture,
    private readonly tokenizer: Tokenizer,
    cacheDir: string,
  ) {
    this.length = mixture.length
    this.caches = mixture.datasets.map((dataset) => new TokenCache(dataset, tokenizer.fingerprint, cacheDir))
    this.missing()
  }

  locate(index: number): { task: number; row: number } {
    return this.mixture.locate(index)
  }

  /** [T] rendered ids, cut to the reference's 2048. */
  ids(index: number): Int32Array {
    return this.stored(index) ?? this.renderNow(index)
  }

  /** The ids if they are on disk. */
  stored(index: number): Int32Array | undefined {
    const { dataset, row } = this.datasetRow(index)
    return this.caches[dataset]?.ids(row)
  }

  /** What a conversation amounts to, if it is on disk. */
  size(index: number): ConversationSize | undefined {
    const { dataset, row } = this.datasetRow(index)
    return this.caches[dataset]?.size(row)
  }

  /** What a conversation amounts to, rendered where it is not on disk. */
  measure(index: number): ConversationSize {
    const known = this.size(index)
    if (known !== undefined) return known
    const { dataset, row } = this.datasetRow(index)
    const { ids, supervised, cut } = this.render(dataset, row)
    return { length: ids.length, supervised, cut }
  }

  /** The ids, rendered whether or not they are on disk. */
  renderNow(index: number): Int32Array {
    const { dataset, row } = this.datasetRow(index)
    return this.render(dataset, row).ids
  }

  /** What of the mixture is not on disk; takes up what has come to be there. */
  missing(): FillJob[] {
    const jobs = new Map<string, FillJob>()
    for (const { index, length } of this.mixture.tasks) {
      if (length === 0) continue
      const first = this.mixture.datasetRow(index, 0)
      const last = this.mixture.datasetRow(index, length - 1)
      for (let segment = segmentOf(first.row); segment <= segmentOf(last.row); segment++) {
        const rows = this.caches[first.dataset]?.rowsOf(segment).length ?? 0
        const job = { dataset: first.dataset, segment, rows }
        if (!this.look(job)) jobs.set(`${String(job.dataset)} ${String(segment)}`, job)
      }
    }
    return [...jobs.values()]
  }

  /** Takes up a segment if it is on disk; whether it is. */
  look(job: Pick<FillJob, 'dataset' | 'segment'>): boolean {
    return this.caches[job.dataset]?.look(job.segment) ?? false
  }

  /** Renders a segment and writes it, unless it is there. */
  async fill(job: FillJob): Promise<void> {
    if (this.look(job)) return
    await this.caches[job.dataset]?.write(job.segment, (row) => this.render(job.dataset, row))
    this.look(job)
  }

  /** Closes files; the mixture stays open. */
  close(): void {
    for (const cache of this.caches) cache.close()
  }

  private datasetRow(index: number): { dataset: number; row: number } {
    const { task, row } = this.mixture.locate(index)
    return this.mixture.datasetRow(task, row)
  }

  private render(dataset: number, row: number): SegmentRow {
    this.rendered++
    const conversation = this.mixture.datasetConversation(dataset, row)
    const rendered = renderConversation(this.tokenizer, conversation, MAX_CONVERSATION_TOKENS)
    const { supervised, cut } = sizeOf(rendered)
    return { ids: rendered.ids, supervised, cut }
  }
}

function segmentOf(row: number): number {
  return Math.floor(row / SEGMENT_ROWS)
}
