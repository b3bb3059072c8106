/**
 * The calling side of the data thread: for the trainer, for which some batches are always ordered ahead, and for the
 * main process, which shows them. A client works with one opened mixture; open another client for another mixture.
 */
import type { MessagePort } from 'node:worker_threads'
import { type Failure, MidbenchError } from '../errors'
import type { ComparedPair, DuplicatePairs, Findings, PairsOf } from '../data/duplicates/findings.schema'
import type { SplitName } from '../data/mixture.schema'
import type { Look } from '../data/look.schema'
import type { JsonLinesCheck } from '../data/sources/lines'
import type { BatchView, ConversationPlace, LayoutView, RowReplay } from './batch.schema'
import type { ConversationAt } from './conversation-view'
import type { ConversationView, TaskLengths } from './conversations.schema'
import type {
  CompareRequest,
  DataCalls,
  DataOptions,
  LookRequest,
  OpenedData,
  PlanRequest,
} from './data-calls'
import type { PackingFacts } from './packing-facts.schema'
import type { Comparison, PlanView } from './plan.schema'
import { Caller, type CallOptions } from '../threads/calls'
import { threadChannel } from '../threads/channel'
import type { LoaderState, PackedBatch } from './types'

export interface TrainOptions {
  /** Batches of the run (steps × accumulation), where they are set: progress and lastStep are relative to them. */
  totalBatches?: number
  /** Batches ordered before they are needed. @default 4 */
  ahead?: number
}

/** A batch with the time that the consumer waited for it: near 0 while the thread keeps ahead. */
export type TimedBatch = PackedBatch & { waitedMs: number }

export class DataClient {
  private readonly caller: Caller<DataCalls>
  /** Ordered train batches, in order of arrival. */
  private ordered: Promise<PackedBatch>[] = []

  /**
   * @param port a port that the data thread serves
   * @param onNotice called with problems that stop nothing, such as a token cache that cannot be written. @default a
   *   warning of the process
   */
  constructor(port: MessagePort, onNotice?: (failure: Failure) => void) {
    this.caller = new Caller(threadChannel(port, 'data thread'), onNotice)
  }

  /**
   * Opens the mixture's two splits and the tokenizer.
   * @throws MidbenchError that names the entry, the file and the reason
   */
  open(options: DataOptions, call?: CallOptions): Promise<OpenedData> {
    return this.caller.call('open', options, call)
  }

  /** Starts the train loader, from the start or from a state, and orders its first batches. */
  async startTrain(state?: LoaderState, { totalBatches, ahead = 4 }: TrainOptions = {}): Promise<void> {
    await this.caller.call('startTrain', { state: state ?? null, totalBatches: totalBatches ?? null })
    this.ordered = Array.from({ length: ahead }, () => this.order())
  }

  /**
   * The next train batch; another one is ordered in its place.
   * @throws MidbenchError `packing.not_started` before startTrain
   */
  async nextTrain(): Promise<TimedBatch> {
    const asked = performance.now()
    const first = this.ordered.shift()
    if (!first) {
      throw new MidbenchError({
        code: 'packing.not_started',
        message: 'the train loader has not been started',
      })
    }
    this.ordered.push(this.order())
    const batch = await first
    return { ...batch, waitedMs: performance.now() - asked }
  }

  /** The first `count` val batches, the same ones at each call. */
  async *valBatches(count: number, ahead = 2): AsyncGenerator<PackedBatch, void, void> {
    const ordered: Promise<PackedBatch>[] = []
    for (let index = 0; index < count + ahead; index++) {
      if (index < count) ordered.push(quiet(this.caller.call('valBatch', { index })))
      const first = index >= ahead ? ordered.shift() : undefined
      if (first) yield await first
    }
  }

  /** Batch `batch` of a split, exactly as a run's loader would give it. */
  inspect(at: { split: SplitName; batch: number }, call?: CallOptions): Promise<PackedBatch> {
    return this.caller.call('inspect', at, call)
  }

  /** The same batch as the Packing view shows it. */
  batchView(at: { split: SplitName; batch: number }, call?: CallOptions): Promise<BatchView> {
    return this.caller.call('batchView', at, call)
  }

  /** Where the batch's conversations lie; renders nothing where lengths are known. */
  layout(at: { split: SplitName; batch: number }, call?: CallOptions): Promise<LayoutView> {
    return this.caller.call('layout', at, call)
  }

  conversation(split: SplitName, at: ConversationAt, call?: CallOptions): Promise<ConversationView> {
    return this.caller.call('conversation', { split, at }, call)
  }

  /** Every fault of a JSONL file, by line; needs no opened mixture. */
  checkLines(path: string, call?: CallOptions): Promise<JsonLinesCheck> {
    return this.caller.call('checkLines', { path }, call)
  }

  /** A look at an entry of the task Conversations; needs no opened mixture. */
  look(request: LookRequest, call?: CallOptions): Promise<Look> {
    return this.caller.call('look', request, call)
  }

  /** Rows of a task whose conversations contain a text. */
  search(split: SplitName, task: number, text: string, call?: CallOptions): Promise<Int32Array> {
    return this.caller.call('search', { split, task, text }, call)
  }

  /** Looks for duplicates and overlap with tests: a minute or two for 850,000 conversations. */
  findDuplicates(call?: CallOptions): Promise<Findings> {
    return this.caller.call('findDuplicates', null, call)
  }

  /** Pairs of the last search. */
  duplicatePairs(asked: DataCalls['duplicatePairs']['input'], call?: CallOptions): Promise<DuplicatePairs> {
    return this.caller.call('duplicatePairs', asked, call)
  }

  /** Both conversations of a pair, with what they share or not. */
  duplicatePair(asked: DataCalls['duplicatePair']['input'], call?: CallOptions): Promise<ComparedPair> {
    return this.caller.call('duplicatePair', asked, call)
  }

  /** [2n] entry and row of everything that would be excluded with some pairs. */
  duplicateRows(asked: PairsOf, call?: CallOptions): Promise<Int32Array> {
    return this.caller.call('duplicateRows', asked, call)
  }

  /** Length statistics of each task; renders what is not rendered yet. */
  taskLengths(split: SplitName, call?: CallOptions): Promise<TaskLengths[]> {
    return this.caller.call('taskLengths', { split }, call)
  }

  /** The whole epoch (or the set number of steps) without training. */
  plan(request: PlanRequest, call?: CallOptions): Promise<PlanView> {
    return this.caller.call('plan', request, call)
  }

  /** What a preflight needs to know about packing. */
  facts(request: Omit<PlanRequest, 'split'>, call?: CallOptions): Promise<PackingFacts> {
    return this.caller.call('facts', request, call)
  }

  /** What other packings would do with the same conversations. */
  compare(request: CompareRequest, call?: CallOptions): Promise<Comparison[]> {
    return this.caller.call('compare', request, call)
  }

  /** Where a conversation goes in the plan; null when it is never trained. */
  findConversation(
    request: PlanRequest,
    conversation: number,
    call?: CallOptions,
  ): Promise<ConversationPlace | null> {
    return this.caller.call('findConversation', { ...request, conversation }, call)
  }

  /** How a row was filled, placement by placement. */
  replayRow(at: { split: SplitName; batch: number; row: number }, call?: CallOptions): Promise<RowReplay> {
    return this.caller.call('replayRow', at, call)
  }

  /** Ends the client; the thread and its other ports keep running. */
  close(): Promise<void> {
    return this.caller.close()
  }

  private order(): Promise<PackedBatch> {
    return quiet(this.caller.call('trainBatch', null))
  }
}

/** Marks a promise that is awaited later, or never: its failure is reported only where it is awaited. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
