/**
 * A mixture's rendered ids for a run: read from disk, and where they are not there yet, rendered at once while the cache
 * is filled beside it. What cannot be written (a full disk) is told and costs nothing but the next run's time; what is
 * damaged is told, rendered at once and written again.
 */
import { availableParallelism } from 'node:os'
import { toFailure, type Failure } from '../../errors'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { OpenOptions } from '../locations'
import type { Mixture } from '../mixture'
import type { ConversationSize, ConversationSource } from '../render-source'
import { fillSegments } from './fill-pool'
import type { FillSetup } from './fill-calls'
import { TokenSource, type FillJob } from './token-source'

/** Up to so many rows are rendered in this thread: starting threads would take longer. */
const INLINE_ROWS = 20_000

export interface CachedSourceOptions extends FillSetup {
  /** Filling beside the run failed and has stopped; or something of the cache is damaged and is made again. */
  onFault: (failure: Failure) => void
  /** Whether ids are checked when they are read. @default true */
  checked?: boolean
}

export class CachedSource implements ConversationSource {
  readonly length: number
  private readonly tokens: TokenSource
  private readonly closing = new AbortController()
  /** The filling under way or over; it never rejects. */
  private filling: Promise<void> | undefined

  constructor(
    mixture: Mixture,
    tokenizer: Tokenizer,
    private readonly options: CachedSourceOptions,
  ) {
    this.length = mixture.length
    const { locations, onFault, checked = true } = options
    this.tokens = new TokenSource(mixture, tokenizer, locations.cacheDir, {
      checked,
      onDamage: (notice) => {
        onFault(notice)
        if (this.filling !== undefined) this.fillBeside()
      },
    })
  }

  /** Conversations that were rendered in this thread because they were not on disk. */
  get rendered(): number {
    return this.tokens.rendered
  }

  locate(index: number): { task: number; row: number } {
    return this.tokens.locate(index)
  }

  size(index: number): ConversationSize | undefined {
    return this.tokens.size(index)
  }

  measure(index: number, signal?: AbortSignal): ConversationSize | Promise<ConversationSize> {
    return this.tokens.measure(index, signal)
  }

  /** [T] rendered ids. The first that are not on disk start the filling. */
  ids(index: number, signal?: AbortSignal): Int32Array | Promise<Int32Array> {
    const stored = this.tokens.stored(index)
    if (stored !== undefined) return stored
    if (this.filling === undefined) this.fillBeside()
    return this.tokens.renderNow(index, signal)
  }

  /**
   * Renders all that is not on disk, on every core: for work over the whole mixture.
   * @throws MidbenchError what went wrong; the signal's reason when it is aborted.
   */
  async fillAll(options: Pick<OpenOptions, 'signal' | 'onProgress'> = {}): Promise<void> {
    await this.fill(Math.min(8, availableParallelism()), options)
  }

  /** Stops filling and closes files; the mixture stays open. */
  async close(): Promise<void> {
    this.closing.abort()
    await this.filling
    this.tokens.close()
  }

  /** Renders what is not on disk, after what is being rendered. */
  private fillBeside(): void {
    const before = this.filling ?? Promise.resolve()
    this.filling = before
      .then(() => this.fill(backgroundThreads(), { signal: this.closing.signal }))
      .catch((error: unknown) => {
        if (!this.closing.signal.aborted) this.options.onFault(toFailure(error))
      })
  }

  private async fill(
    threads: number,
    { signal, onProgress }: Pick<OpenOptions, 'signal' | 'onProgress'>,
  ): Promise<void> {
    const jobs = this.tokens.missing()
    const total = jobs.reduce((sum, job) => sum + job.rows, 0)
    let done = 0
    const onDone = (job: FillJob): void => {
      this.tokens.look(job)
      done += job.rows
      onProgress?.({ what: 'tokenizing', unit: 'conversations', done, total })
    }
    if (total > INLINE_ROWS) {
      await fillSegments(jobs, this.options, { threads, onDone, signal, onNotice: this.options.onFault })
      return
    }
    for (const job of jobs) {
      signal?.throwIfAborted()
      await this.tokens.fill(job, signal)
      onDone(job)
    }
  }
}

/** Beside a run most cores are the run's. */
function backgroundThreads(): number {
  return Math.min(4, Math.max(1, Math.floor(availableParallelism() / 4)))
}
