/**
 * One split of an opened mixture, with what is known of its conversations' lengths. A length is known once the
 * conversation is in the token cache, or has been read; rendering all of them takes minutes on a full mixture.
 */
import type { Progress } from '../progress.schema'
import type { Mixture } from '../data/mixture'
import type { ConversationSize, ConversationSource } from '../data/render-source'
import { toFailure, type Failure } from '../errors'
import type { Tokens } from '../tokenizer/supervision'
import type { Tokenizer } from '../tokenizer/tokenizer'
import { Breather, unlessAborted } from '../threads/breathe'
import type { CallContext } from '../threads/calls'
import { SupervisionTable } from './supervision-table'
import type { LengthTable } from './task-lengths'

/** Where ids come from: the token cache, or rendering. */
export type SplitSource = ConversationSource & { close?(): Promise<void> }

export class SplitData implements ConversationSource {
  readonly length: number
  /** 0 = not known yet. */
  private readonly lengths: Int32Array
  private readonly supervision: SupervisionTable
  /** Valid where `supervision` knows the conversation. */
  private readonly cut: Int32Array
  private readonly tasks: Uint16Array
  private known = 0
  /** The current filling of the token cache: the next one waits for it, and then finds little left to do. */
  private filling: Promise<void> = Promise.resolve()
  /** Listeners to the filling's progress: the call that fills the cache, and those that wait for it. */
  private readonly listening = new Set<CallContext['progress']>()

  /**
   * @param source where the mixture's ids come from
   * @param onFault called when the token cache cannot be written; reading goes on without it
   */
  constructor(
    readonly mixture: Mixture,
    readonly tokenizer: Tokenizer,
    private readonly source: SplitSource,
    private readonly onFault: (failure: Failure) => void,
  ) {
    this.length = mixture.length
    this.lengths = new Int32Array(mixture.length)
    this.supervision = new SupervisionTable(mixture.length)
    this.cut = new Int32Array(mixture.length)
    this.tasks = Uint16Array.from({ length: mixture.length }, (_, c) => mixture.locate(c).task)
  }

  locate(index: number): { task: number; row: number } {
    return this.source.locate(index)
  }

  tokens(index: number, signal?: AbortSignal): Tokens | Promise<Tokens> {
    const read = this.source.tokens(index, signal)
    return read instanceof Promise ? read.then((late) => this.learn(index, late)) : this.learn(index, read)
  }

  measure(index: number, signal?: AbortSignal): ConversationSize | Promise<ConversationSize> {
    return this.source.measure(index, signal)
  }

  /** Length of a conversation in ids; reads the conversation when that is not known yet. */
  lengthOf(index: number, signal?: AbortSignal): number | Promise<number> {
    const known = this.knownLength(index)
    if (known > 0) return known
    const size = this.source.size?.(index)
    if (size !== undefined) return (this.lengths[index] = size.length)
    const read = this.tokens(index, signal)
    return read instanceof Promise ? read.then(({ ids }) => ids.length) : read.ids.length
  }

  /** Length of a conversation in ids; 0 when that is not known yet. */
  knownLength(index: number): number {
    return this.lengths[index] ?? 0
  }

  /** Closes the files of the ids and of the mixture. */
  async close(): Promise<void> {
    await this.source.close?.()
    await this.mixture.close()
  }

  /** Renders every conversation that is not rendered yet, and returns what is known of them all. */
  async table({ progress, signal }: CallContext): Promise<LengthTable> {
    if (this.known < this.length) await this.fillInTurn({ progress, signal })
    const breather = new Breather(signal)
    for (let c = 0; this.known < this.length && c < this.length; c++) {
      if (this.supervision.knows(c)) continue
      const size = this.source.size?.(c) ?? (await this.source.measure(c, signal))
      if (!this.supervision.knows(c)) this.enter(c, size) // another call may have come first
      if (!breather.due) continue
      progress({ what: 'Counting tokens', done: this.known, total: this.length, unit: 'conversations' })
      await breather.breathe()
    }
    return { lengths: this.lengths, supervision: this.supervision, cut: this.cut, tasks: this.tasks }
  }

  /**
   * Fills the cache for one call at a time: the next one finds on disk what it rendered. A waiting call may be aborted
   * at any time.
   */
  private async fillInTurn({ progress, signal }: CallContext): Promise<void> {
    this.listening.add(progress)
    const filled = this.filling.then(() => this.fillCache(signal))
    this.filling = filled.catch(() => undefined) // the caller gets the error
    await unlessAborted(filled, signal).finally(() => this.listening.delete(progress))
  }

  /** A cache that cannot be written costs only time. */
  private async fillCache(signal: AbortSignal): Promise<void> {
    const onProgress = (progress: Progress): void => {
      for (const tell of this.listening) tell(progress)
    }
    try {
      signal.throwIfAborted()
      await this.source.fillAll?.({ signal, onProgress })
    } catch (error) {
      signal.throwIfAborted()
      this.onFault(toFailure(error))
    }
  }

  private enter(index: number, size: ConversationSize): void {
    this.lengths[index] = size.length
    this.cut[index] = size.cut
    this.supervision.set(index, size)
    this.known++
  }

  private learn(index: number, tokens: Tokens): Tokens {
    this.lengths[index] = tokens.ids.length
    return tokens
  }
}
