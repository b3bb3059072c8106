/**
 * What is supervised of every conversation of a split, and of any beginning of it, without reading ids: the stretches of
 * all conversations, one after another in a growing array. A conversation takes some 20 bytes.
 */
import type { ConversationSize } from '../data/render-source'
import { supervisedWithin } from '../tokenizer/supervision'

export class SupervisionTable {
  /** [n] number of supervised ids of each conversation; -1 = not known yet. */
  readonly counts: Int32Array
  /** [n] number of supervised ids that rendering cut off. */
  readonly cut: Int32Array
  /** [n] where each conversation's stretches lie in `edges`. */
  private readonly firsts: Uint32Array
  private readonly lengths: Uint16Array
  private edges: Uint16Array = new Uint16Array(1024)
  private used = 0

  constructor(conversations: number) {
    this.counts = new Int32Array(conversations).fill(-1)
    this.cut = new Int32Array(conversations)
    this.firsts = new Uint32Array(conversations)
    this.lengths = new Uint16Array(conversations)
  }

  knows(conversation: number): boolean {
    return this.counts[conversation] !== -1
  }

  /** Enters a conversation; to be done once. */
  set(
    conversation: number,
    { supervised, stretches, supervisedCut }: Omit<ConversationSize, 'length' | 'cut'>,
  ): void {
    const end = this.used + stretches.length
    if (end > this.edges.length) {
      const larger = new Uint16Array(Math.max(end, 2 * this.edges.length))
      larger.set(this.edges)
      this.edges = larger
    }
    this.edges.set(stretches, this.used)
    this.counts[conversation] = supervised
    this.cut[conversation] = supervisedCut
    this.firsts[conversation] = this.used
    this.lengths[conversation] = stretches.length
    this.used = end
  }

  /** Number of supervised ids among a conversation's first `length`. */
  within(conversation: number, length: number): number {
    const first = this.firsts[conversation] ?? 0
    const stretches = this.edges.subarray(first, first + (this.lengths[conversation] ?? 0))
    return supervisedWithin(stretches, length)
  }
}
