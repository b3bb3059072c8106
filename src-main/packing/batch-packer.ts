/**
 * Packing itself, on lengths alone: which conversation goes where, batch after batch. The loader, the plan and the
 * replay all run this code, so they cannot disagree.
 *
 * The order is exactly the reference's (docs/REFERENCE.md §2): before every placement the buffer is refilled from the
 * mixture, in order; rank r of w reads conversations r, r + w, … and wraps around at the end. Lengths are asked for one
 * at a time (`wanted`, `offer`), so a caller may know them all already, or render a conversation to find one out. A
 * placement's cost does not depend on the buffer's size.
 */
import { MOST_BATCH_TOKENS, MOST_BUFFERED } from '../bounds.schema'
import { runThrough } from '../threads/breathe'
import { MidbenchError } from '../errors'
import { type Candidate, ConversationBuffer } from './conversation-buffer'
import type { BufferFigures } from './buffer-curve'
import type { Placement } from './batch.schema'
import { OpenRows } from './open-rows'
import { policyNamed } from './packings.schema'
import type { PackingPolicy } from './policies/policy'
import type { BatchProgress, LoaderState, PackingOptions } from './types'

/** A batch's layout, which lengths alone decide. */
export interface BatchLayout extends BatchProgress {
  /** In row order, and within a row by offset. */
  placements: Placement[]
  /** [B] number of ids in each row; the rest of its T + 1 ids is padding. */
  used: Int32Array
}

export class BatchPacker {
  readonly policy: PackingPolicy
  /** Ids a row: T + 1. */
  readonly capacity: number
  private readonly buffer = new ConversationBuffer()
  private rows: OpenRows
  private placements: Placement[] = []
  /** Buffered conversations of a restored state whose lengths have not been offered yet. */
  private readonly restored: number[]
  private cursor: number
  private epoch: number
  private consumed: number
  private batches: number
  /** Buffered conversations that are longer than a row. */
  private tooLong = 0

  /**
   * @param options what decides the layout
   * @param conversations conversations in the mixture
   * @param state where to continue; from the options' start when left out
   * @throws MidbenchError `packing.invalid` for options, `packing.state` for a state that no such mixture can have
   */
  constructor(
    private readonly options: PackingOptions,
    private readonly conversations: number,
    state: LoaderState | undefined = options.start,
  ) {
    checkOptions(options, conversations)
    if (state) checkState(state, conversations)
    this.policy = policyNamed(options.packing)
    this.capacity = options.seqLen + 1
    this.rows = new OpenRows(options.batchSize, this.capacity)
    this.cursor = state?.cursor ?? options.rank
    this.epoch = state?.epoch ?? 1
    this.consumed = state?.consumed ?? 0
    this.batches = state?.batches ?? 0
    this.restored = state ? state.buffer.toReversed() : []
  }

  /** The conversation whose length is needed before the next placement, if any. */
  get wanted(): number | undefined {
    const restored = this.restored.at(-1)
    if (restored !== undefined) return restored
    return this.buffer.size < this.options.bufferSize ? this.cursor : undefined
  }

  /** Buffers the wanted conversation, given its length in ids. */
  offer(length: number): void {
    const conversation = this.wanted
    if (conversation === undefined) return
    if (!(length >= 1)) throw emptyConversation(conversation)
    const size = this.policy.cropsToRow ? Math.min(length, this.capacity) : length
    this.buffer.push(conversation, length, size, this.batches)
    if (length > this.capacity) this.tooLong++
    if (this.restored.pop() === undefined) this.advance()
  }

  /** Number of the batch that is being filled, from 0. */
  get nextBatch(): number {
    return this.batches
  }

  /** No row is open any more: the batch can be finished. */
  get batchComplete(): boolean {
    return this.rows.allClosed
  }

  /** Whether a row of the current batch is neither full nor closed with padding. */
  isOpen(row: number): boolean {
    return this.rows.isOpen(row)
  }

  /** Makes the next placement; undefined when it left a row to be padded instead. No length may be wanted. */
  place(): Placement | undefined {
    const placement = this.policy.place(this.buffer, this.rows)
    if (placement !== undefined) {
      this.placements.push(placement)
      this.consumed++
      if (placement.length + placement.cropped > this.capacity) this.tooLong--
    }
    return placement
  }

  /** Returns the complete batch and starts the next. */
  finishBatch(): BatchLayout {
    const layout = {
      ...this.progress(),
      placements: this.placements.sort((a, b) => a.row - b.row),
      used: this.rows.used,
    }
    this.batches++
    this.placements = []
    this.rows = new OpenRows(this.options.batchSize, this.capacity)
    return layout
  }

  /** Where the next batch starts. May be called between batches; costs a copy of the buffer's indices. */
  state(): LoaderState {
    const buffer = Array.from(this.buffer, (candidate) => candidate.conversation)
    return {
      cursor: this.cursor,
      epoch: this.epoch,
      consumed: this.consumed,
      buffer: [...buffer, ...this.restored.toReversed()],
      batches: this.batches,
    }
  }

  /** What the buffer holds after a batch; conversations of a restored state count as read when it was restored. */
  bufferFigures(): BufferFigures {
    const { size, read } = this.buffer
    if (size === 0) return { oldest: 0, mean: 0, tooLong: 0 }
    const last = this.batches - 1
    return { oldest: last - read.first, mean: last - read.mean, tooLong: this.tooLong / size }
  }

  /** The buffered conversations, in reading order. */
  candidates(): Candidate[] {
    return [...this.buffer]
  }

  private advance(): void {
    this.cursor += this.options.worldSize
    if (this.cursor < this.conversations) return
    this.cursor %= this.conversations
    this.epoch++
  }

  private progress(): BatchProgress {
    const { rank, worldSize, totalBatches } = this.options
    const done = this.batches + 1
    // Counts what was consumed, not what was fetched: the reference's own fix (7312ec9), which starts at the rank and
    // counts all ranks.
    const consumed = rank + this.consumed * worldSize
    return {
      index: this.batches,
      epoch: this.epoch,
      progress: totalBatches === undefined ? consumed / this.conversations : done / totalBatches,
      lastStep: totalBatches === undefined ? consumed >= this.conversations : done >= totalBatches,
    }
  }
}

/** Number of placements and refills after which packing can be interrupted: about a millisecond's work. */
const STEP = 2048

/** Packs the next batch with lengths that are all known. */
export function packBatch(packer: BatchPacker, lengthOf: (conversation: number) => number): BatchLayout {
  return runThrough(packInSteps(packer, lengthOf))
}

/** Like {@link packBatch}, but yields now and then within a batch that is large, or that fills a large buffer first. */
export function* packInSteps(
  packer: BatchPacker,
  lengthOf: (conversation: number) => number,
): Generator<void, BatchLayout, void> {
  for (let turn = 1; !packer.batchComplete; turn++) {
    const { wanted } = packer
    if (wanted === undefined) packer.place()
    else packer.offer(lengthOf(wanted))
    if (turn % STEP === 0) yield
  }
  return packer.finishBatch()
}

/** Fills the buffer with lengths that are all known, yielding now and then. */
export function* refillInSteps(
  packer: BatchPacker,
  lengthOf: (conversation: number) => number,
): Generator<void, void, void> {
  let turn = 0
  for (let c = packer.wanted; c !== undefined; c = packer.wanted) {
    packer.offer(lengthOf(c))
    if (++turn % STEP === 0) yield
  }
}

function checkOptions(options: PackingOptions, conversations: number): void {
  const { rank, worldSize } = options
  for (const name of ['batchSize', 'seqLen', 'bufferSize', 'worldSize'] as const) {
    if (Number.isInteger(options[name]) && options[name] >= 1) continue
    throw invalid(`${name} is ${String(options[name])}`, `give a whole number of at least 1`)
  }
  checkMemory(options)
  if (!Number.isInteger(rank) || rank < 0 || rank >= worldSize) {
    throw invalid(
      `rank ${String(rank)} of ${String(worldSize)}`,
      'ranks count from 0 to the world size less 1',
    )
  }
  if (conversations <= rank) {
    throw invalid(
      `the mixture has ${String(conversations)} conversations, and rank ${String(rank)} reads its first at ${String(rank)}`,
      'add tasks or rows to the mixture, or use fewer ranks',
    )
  }
}

/** Checks what is allocated before the first conversation is read. */
function checkMemory({ batchSize, seqLen, bufferSize }: PackingOptions): void {
  if (batchSize * seqLen > MOST_BATCH_TOKENS) {
    throw invalid(
      `a batch of ${String(batchSize)} rows of ${String(seqLen)} holds ${String(batchSize * seqLen)} tokens; the most is ${String(MOST_BATCH_TOKENS)}`,
      'lower the rows of a batch or their length',
    )
  }
  if (bufferSize > MOST_BUFFERED) {
    throw invalid(
      `a buffer of ${String(bufferSize)} conversations is too large; the most is ${String(MOST_BUFFERED)}`,
      'lower the buffer size',
    )
  }
}

function checkState(state: LoaderState, conversations: number): void {
  const outside = [state.cursor, ...state.buffer].find(
    (c) => !Number.isInteger(c) || c < 0 || c >= conversations,
  )
  if (outside === undefined) return
  throw new MidbenchError({
    code: 'packing.state',
    message: `the loader's state names conversation ${String(outside)}, but the mixture has ${String(conversations)}`,
    remedy: 'resume with the mixture that the state was saved with',
  })
}

function invalid(message: string, remedy: string): MidbenchError {
  return new MidbenchError({ code: 'packing.invalid', message, remedy })
}

function emptyConversation(conversation: number): MidbenchError {
  return new MidbenchError({
    code: 'packing.empty',
    message: `conversation ${String(conversation)} of the mixture has no tokens`,
    remedy: 'rendering gives at least bos: rebuild the token cache',
  })
}
