/**
 * The rendered ids of a mixture's conversations: from the disk where they are there, else rendered on the spot. The
 * first run over a mixture fills the cache in the background; a second one tokenizes nothing.
 */
import { warnOfDamage } from '../../files/checksum'
import { Breather } from '../../threads/breathe'
import { MAX_CONVERSATION_TOKENS, renderInSteps, type Rendered } from '../../tokenizer/render'
import type { Tokens } from '../../tokenizer/supervision'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { Conversation } from '../conversation.schema'
import type { Mixture } from '../mixture'
import { sizeOf, tokensOf, type ConversationSize, type ConversationSource } from '../render-source'
import { SEGMENT_ROWS, type SegmentRow } from './segment'
import { TokenCache, type TokenCacheOptions } from './token-cache'

/** A part of a dataset to render: about half a second's work. */
export interface FillJob {
  /** Index in {@link Mixture.datasets}. */
  dataset: number
  segment: number
  /** Number of conversations in it. */
  rows: number
}

export class TokenSource implements ConversationSource {
  readonly length: number
  /** Number of conversations that were rendered because they were not on disk. */
  rendered = 0
  private readonly caches: readonly TokenCache[]

  /** @param cacheDir the folder of `DataLocations.cacheDir`. */
  constructor(
    private readonly mixture: Mixture,
    private readonly tokenizer: Tokenizer,
    cacheDir: string,
    { onDamage = warnOfDamage, ...options }: Partial<TokenCacheOptions> = {},
  ) {
    this.length = mixture.length
    this.caches = mixture.datasets.map(
      (dataset) => new TokenCache(dataset, tokenizer.fingerprint, cacheDir, { ...options, onDamage }),
    )
    this.missing()
  }

  locate(index: number): { task: number; row: number } {
    return this.mixture.locate(index)
  }

  tokens(index: number, signal?: AbortSignal): Tokens | Promise<Tokens> {
    return this.stored(index) ?? this.renderNow(index, signal)
  }

  /** The tokens if they are on disk. */
  stored(index: number): Tokens | undefined {
    const { dataset, row } = this.datasetRow(index)
    return this.caches[dataset]?.tokens(row)
  }

  /** A conversation's size, if it is on disk. */
  size(index: number): ConversationSize | undefined {
    const { dataset, row } = this.datasetRow(index)
    return this.caches[dataset]?.size(row)
  }

  /** A conversation's size; renders the conversation where it is not on disk. */
  measure(index: number, signal?: AbortSignal): ConversationSize | Promise<ConversationSize> {
    const known = this.size(index)
    if (known !== undefined) return known
    const { dataset, row } = this.datasetRow(index)
    const rendered = this.render(dataset, row, signal)
    return rendered instanceof Promise ? rendered.then(sizeOf) : sizeOf(rendered)
  }

  /** The tokens, rendered even if they are on disk. */
  renderNow(index: number, signal?: AbortSignal): Tokens | Promise<Tokens> {
    const { dataset, row } = this.datasetRow(index)
    const rendered = this.render(dataset, row, signal)
    return rendered instanceof Promise ? rendered.then(tokensOf) : tokensOf(rendered)
  }

  /** The parts of the mixture that are not on disk; opens segments that have been written since. */
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

  /** Opens a segment if it is on disk; returns whether it is. */
  look(job: Pick<FillJob, 'dataset' | 'segment'>): boolean {
    return this.caches[job.dataset]?.look(job.segment) ?? false
  }

  /** Renders a segment and writes it, unless it is on disk. */
  async fill(job: FillJob, signal?: AbortSignal): Promise<void> {
    if (this.look(job)) return
    const render = (row: number): SegmentRow | Promise<SegmentRow> => {
      const rendered = this.render(job.dataset, row, signal)
      return rendered instanceof Promise ? rendered.then(rowOf) : rowOf(rendered)
    }
    await this.caches[job.dataset]?.write(job.segment, render, signal)
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

  /** Returns a promise where the conversation is long or its stored row is being made again. */
  private render(dataset: number, row: number, signal?: AbortSignal): Rendered | Promise<Rendered> {
    this.rendered++
    const conversation = this.mixture.datasetConversation(dataset, row)
    if (!(conversation instanceof Promise)) return this.renderOne(conversation, signal)
    return conversation.then((one) => this.renderOne(one, signal))
  }

  private renderOne(conversation: Conversation, signal?: AbortSignal): Rendered | Promise<Rendered> {
    const work = renderInSteps(this.tokenizer, conversation, MAX_CONVERSATION_TOKENS)
    const first = work.next()
    return first.done === true ? first.value : new Breather(signal).walk(work)
  }
}

function rowOf(rendered: Rendered): SegmentRow {
  const { cut, supervisedCut } = rendered
  return { ...tokensOf(rendered), cut, supervisedCut }
}

function segmentOf(row: number): number {
  return Math.floor(row / SEGMENT_ROWS)
}
