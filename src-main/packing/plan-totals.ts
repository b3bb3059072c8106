/** A plan's totals, overall and by task. */
import type { BatchLayout } from './batch-packer'
import type { Placement } from './batch.schema'
import { TargetCounts } from './target-counts'
import type { PlanInput, PlanOptions } from './types'

/** Conversations and tokens of one task, or of all. */
export interface Totals {
  /** Conversations that this rank reads in one pass. */
  conversations: number
  /** Their tokens. */
  tokens: number
  /** Conversations placed in trained batches; one that is placed again in a second pass counts again. */
  placed: number
  /** Tokens in the rows of trained batches. */
  used: number
  /** Tokens of placed conversations that were cut off. */
  cropped: number
  conversationsCropped: number
  /** Conversations that no trained batch holds: still buffered at the end, or in an incomplete last step. */
  neverTrained: number
  /** Placements beyond the first of each conversation: the buffer starts reading the next pass before this one ends. */
  placedAgain: number
  tokensNeverTrained: number
  /** Conversations longer than a row, which no packing can place whole. */
  longerThanRow: number
  /** Number of ids of the longest conversation. */
  longest: number
  /** Number of conversations that rendering cut, and of the ids that it cut off; `tokens` does not include them. */
  conversationsCut: number
  tokensCut: number
  /** Supervised tokens of the conversations that this rank reads in one pass; `tokens` includes them. */
  supervised: number
  /** Of those: in the rows of trained batches, cut off by packing, never trained. */
  supervisedUsed: number
  supervisedCropped: number
  supervisedNeverTrained: number
  /** Supervised tokens that rendering cut off. */
  supervisedCut: number
}

export class PlanTotals {
  readonly all = emptyTotals()
  readonly perTask: Totals[]
  /** Positions of rows that hold no conversation's id. */
  padded = 0
  rows = 0
  readonly targets: TargetCounts
  private readonly capacity: number

  constructor(
    private readonly input: PlanInput,
    private readonly options: PlanOptions,
  ) {
    this.capacity = options.seqLen + 1
    this.targets = new TargetCounts(options.seqLen)
    this.perTask = Array.from({ length: input.taskCount }, emptyTotals)
  }

  /** Used / all positions of the rows, 0 to 1. */
  get utilisation(): number {
    return this.rows === 0 ? 0 : this.all.used / (this.rows * this.capacity)
  }

  /** Adds a trained batch; returns the batch's own sums. */
  count(layout: BatchLayout): { used: number; cropped: number; padded: number } {
    let used = 0
    let cropped = 0
    const targets = this.targetsOf(layout)
    for (const placement of layout.placements) {
      used += placement.length
      cropped += placement.cropped
      const supervised = this.supervisedOf(placement)
      const lost = placement.cropped === 0 ? 0 : this.supervision(placement.conversation) - supervised
      if (this.options.loss === 'completion') add(targets, placement.row, supervised)
      for (const totals of this.of(placement.conversation)) {
        totals.placed++
        totals.used += placement.length
        totals.cropped += placement.cropped
        totals.supervisedUsed += supervised
        totals.supervisedCropped += lost
        if (placement.cropped > 0) totals.conversationsCropped++
      }
    }
    this.targets.add(layout, targets)
    const padded = layout.used.length * this.capacity - used
    this.padded += padded
    this.rows += layout.used.length
    return { used, cropped, padded }
  }

  /** Counts what there was to read, once the plan is known. @param batchOf [n] as in EpochPlan */
  finish(batchOf: Int32Array): void {
    const { lengths, cut, supervision } = this.input
    for (const totals of [this.all, ...this.perTask]) totals.placedAgain = totals.placed
    for (const c of this.shareOf(lengths.length)) {
      const length = lengths[c] ?? 0
      for (const totals of this.of(c)) {
        totals.conversations++
        totals.tokens += length
        if (length > this.capacity) totals.longerThanRow++
        totals.longest = Math.max(totals.longest, length)
        totals.tokensCut += cut?.[c] ?? 0
        if ((cut?.[c] ?? 0) > 0) totals.conversationsCut++
        totals.supervised += this.supervision(c)
        totals.supervisedCut += supervision?.cut[c] ?? 0
        if ((batchOf[c] ?? -1) >= 0) totals.placedAgain--
        if (batchOf[c] !== -1) continue
        totals.neverTrained++
        totals.tokensNeverTrained += length
        totals.supervisedNeverTrained += this.supervision(c)
      }
    }
  }

  /** What this rank reads in one pass; of a branch also what its parent's ranks had read for it. */
  private *shareOf(conversations: number): Generator<number, void, void> {
    const { rank, worldSize, start } = this.options
    for (let c = rank; c < conversations; c += worldSize) yield c
    for (const c of new Set(start?.buffer)) if (c % worldSize !== rank) yield c
  }

  /** [B] the targets of each row where all count: every id but its first. Zeros where only completions count. */
  private targetsOf({ used }: BatchLayout): Int32Array {
    return this.options.loss === 'completion'
      ? new Int32Array(used.length)
      : used.map((content) => content - 1)
  }

  /** Number of a conversation's supervised ids. */
  private supervision(conversation: number): number {
    return this.input.supervision?.counts[conversation] ?? 0
  }

  /** Number of supervised ids that a placement puts into its row; a conversation's first id, bos, is none of them. */
  private supervisedOf({ conversation, length, cropped }: Placement): number {
    if (cropped === 0) return this.supervision(conversation)
    return this.input.supervision?.within(conversation, length) ?? 0
  }

  /** The sums that a conversation counts in: its task's and the overall ones. */
  private of(conversation: number): Totals[] {
    const task = this.perTask[this.input.tasks[conversation] ?? 0]
    return task ? [this.all, task] : [this.all]
  }
}

function add(sums: Int32Array, at: number, amount: number): void {
  sums[at] = (sums[at] ?? 0) + amount
}

function emptyTotals(): Totals {
  return {
    conversations: 0,
    tokens: 0,
    placed: 0,
    used: 0,
    cropped: 0,
    conversationsCropped: 0,
    neverTrained: 0,
    placedAgain: 0,
    tokensNeverTrained: 0,
    longerThanRow: 0,
    longest: 0,
    conversationsCut: 0,
    tokensCut: 0,
    supervised: 0,
    supervisedUsed: 0,
    supervisedCropped: 0,
    supervisedNeverTrained: 0,
    supervisedCut: 0,
  }
}
