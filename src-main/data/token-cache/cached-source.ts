/**
 * A mixture's rendered ids for a run: read from disk or, where they are not there yet, rendered at once while the cache
 * is filled in the background. A write that fails (a full disk) is reported, and costs only the next run's time;
 * damaged data is reported, rendered at once and written again.
 */
import { availableParallelism } from 'node:os'
import { toFailure, type Failure } from '../../errors'
import type { Tokens } from '../../tokenizer/supervision'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { OpenOptions } from '../locations'
import type { Mixture } from '../mixture'
import type { ConversationSize, ConversationSource } from '../render-source'
import { fillSegments } from './fill-pool'
import type { FillSetup } from './fill-calls'
import { TokenSource, type FillJob } from './token-source'

/** Up to this many rows are rendered in this thread: starting threads would take longer. */
const INLINE_ROWS = 20_000

export interface CachedSourceOptions extends FillSetup {
  /** Called when filling in the background failed and has stopped, or when damage in the cache is being repaired. */
  onFault: (failure: Failure) => void
  /** Whether ids are checked when they are read. @default true */
  checked?: boolean
}

export class CachedSource implements ConversationSource {
  readonly length: number
  private readonly source: TokenSource
  private readonly closing = new AbortController()
  /** The filling that is running or has ended; it never rejects. */
  private filling: Promise<void> | undefined

  constructor(
    mixture: Mixture,
    tokenizer: Tokenizer,
    private readonly options: CachedSourceOptions,
  ) {
    this.length = mixture.length
    const { locations, onFault, checked = true } = options
    this.source = new TokenSource(mixture, tokenizer, locations.cacheDir, {
      checked,
      onDamage: (notice) => {
        onFault(notice)
        if (this.filling !== undefined) this.fillBeside()
      },
    })
  }

  /** Number of conversations that were rendered in this thread because they were not on disk. */
  get rendered(): number {
    return this.source.rendered
  }

  locate(index: number): { task: number; row: number } {
    return this.source.locate(index)
  }

  size(index: number): ConversationSize | undefined {
    return this.source.size(index)
  }

  measure(index: number, signal?: AbortSignal): ConversationSize | Promise<ConversationSize> {
    return this.source.measure(index, signal)
  }

  /** The first call that does not find a conversation's tokens on disk starts the filling. */
  tokens(index: number, signal?: AbortSignal): Tokens | Promise<Tokens> {
    const stored = this.source.stored(index)
    if (stored !== undefined) return stored
    if (this.filling === undefined) this.fillBeside()
    return this.source.renderNow(index, signal)
  }

  /**
   * Renders everything that is not on disk, on every core: for work over the whole mixture.
   * @throws MidbenchError saying what went wrong; the signal's reason when it is aborted.
   */
  async fillAll(options: Pick<OpenOptions, 'signal' | 'onProgress'> = {}): Promise<void> {
    await this.fill(Math.min(8, availableParallelism()), options)
  }

  /** Stops filling and closes files; the mixture stays open. */
  async close(): Promise<void> {
    this.closing.abort()
    await this.filling
    this.source.close()
  }

  /** Renders what is not on disk, after the rendering that is already running. */
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
    const jobs = this.source.missing()
    const total = jobs.reduce((sum, job) => sum + job.rows, 0)
    let done = 0
    const onDone = (job: FillJob): void => {
      this.source.look(job)
      done += job.rows
      onProgress?.({ what: 'tokenizing', unit: 'conversations', done, total })
    }
    if (total > INLINE_ROWS) {
      await fillSegments(jobs, this.options, { threads, onDone, signal, onNotice: this.options.onFault })
      return
    }
    for (const job of jobs) {
      signal?.throwIfAborted()
      await this.source.fill(job, signal)
      onDone(job)
    }
  }
}

/** During a run, most cores belong to the run. */
function backgroundThreads(): number {
  return Math.min(4, Math.max(1, Math.floor(availableParallelism() / 4)))
}
