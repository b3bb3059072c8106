/**
 * The buffer that packers choose from: conversations in the order they were read, found by length.
 *
 * Every operation costs the same however many conversations are buffered: a list in reading order gives the first one,
 * a queue for each length gives the first of equals, and a {@link LengthSet} finds the length whose queue to use. The
 * first conversation of the whole buffer is also the first of its length, so every removal takes the head of a queue.
 *
 * Conversations are kept in numbered slots of typed arrays, and lists are links between slots: thousands of short-lived
 * objects would cost more in garbage collection than everything else here.
 */
import { LengthSet } from './length-set'

/** A buffered conversation. */
export interface Candidate {
  /** Index in the mixture. */
  readonly conversation: number
  /** Number of its ids. */
  readonly length: number
  /** Its length as a packer counts it: its own, or the row's where it is longer and is cropped to fit. */
  readonly size: number
}

/** Marks the end of a list. */
const NONE = -1

export class ConversationBuffer {
  private count = 0
  // Indexed by slot: the conversation, and its neighbours in reading order and in its size's queue.
  private conversations: Int32Array = new Int32Array(128)
  private lengths: Int32Array = new Int32Array(128)
  private sizes: Int32Array = new Int32Array(128)
  private readAt: Int32Array = new Int32Array(128)
  private before: Int32Array = new Int32Array(128)
  private after: Int32Array = new Int32Array(128)
  private nextOfSize: Int32Array = new Int32Array(128)
  /** Ends of the list in reading order. */
  private first = NONE
  private last = NONE
  /** Slots that are free for reuse, linked by `after`. */
  private free = NONE
  // Indexed by size: the ends of its queue, valid only where the size is in `waiting`.
  private heads: Int32Array = new Int32Array(128)
  private tails: Int32Array = new Int32Array(128)
  private readonly waiting = new LengthSet()
  /** Sum of `readAt` over the buffered conversations. */
  private readAtSum = 0

  get size(): number {
    return this.count
  }

  /** When the oldest conversation was read, and when they were on average; as {@link push} was told. */
  get read(): { first: number; mean: number } {
    if (this.count === 0) return { first: 0, mean: 0 }
    return { first: at(this.readAt, this.first), mean: this.readAtSum / this.count }
  }

  /**
   * Appends a conversation.
   * @param readAt when it is read, in any measure that grows
   */
  push(conversation: number, length: number, size = length, readAt = 0): void {
    const slot = this.takeSlot()
    this.conversations[slot] = conversation
    this.lengths[slot] = length
    this.sizes[slot] = size
    this.readAt[slot] = readAt
    this.readAtSum += readAt
    this.before[slot] = this.last
    this.after[slot] = NONE
    if (this.last === NONE) this.first = slot
    else this.after[this.last] = slot
    this.last = slot
    this.enqueue(slot, size)
    this.count++
  }

  /** Takes out the longest conversation of at most `limit` ids; of equals, the one read first. */
  takeLongest(limit: number): Candidate | undefined {
    return this.takeOfSize(this.waiting.floor(limit))
  }

  /** Takes out the shortest conversation; of equals, the one read first. */
  takeShortest(): Candidate | undefined {
    return this.takeOfSize(this.waiting.min())
  }

  /** Takes out the conversation read first. */
  takeFirst(): Candidate | undefined {
    return this.takeOfSize(this.first === NONE ? NONE : at(this.sizes, this.first))
  }

  /** The buffered conversations, in reading order. Costs a pass over the buffer. */
  *[Symbol.iterator](): Generator<Candidate> {
    for (let slot = this.first; slot !== NONE; slot = at(this.after, slot)) yield this.candidate(slot)
  }

  private candidate(slot: number): Candidate {
    return {
      conversation: at(this.conversations, slot),
      length: at(this.lengths, slot),
      size: at(this.sizes, slot),
    }
  }

  private enqueue(slot: number, size: number): void {
    if (size >= this.heads.length) {
      this.heads = grown(this.heads, size + 1)
      this.tails = grown(this.tails, size + 1)
    }
    this.nextOfSize[slot] = NONE
    if (this.waiting.has(size)) this.nextOfSize[at(this.tails, size)] = slot
    else {
      this.heads[size] = slot
      this.waiting.add(size)
    }
    this.tails[size] = slot
  }

  /** Takes the head of a size's queue; undefined for a size of -1. */
  private takeOfSize(size: number): Candidate | undefined {
    if (size < 0) return undefined
    const slot = at(this.heads, size)
    const next = at(this.nextOfSize, slot)
    if (next === NONE) this.waiting.delete(size)
    else this.heads[size] = next
    const candidate = this.candidate(slot)
    this.readAtSum -= at(this.readAt, slot)
    this.unlink(slot)
    return candidate
  }

  private unlink(slot: number): void {
    const before = at(this.before, slot)
    const after = at(this.after, slot)
    if (before === NONE) this.first = after
    else this.after[before] = after
    if (after === NONE) this.last = before
    else this.before[after] = before
    this.after[slot] = this.free
    this.free = slot
    this.count--
  }

  private takeSlot(): number {
    if (this.free === NONE) {
      if (this.count >= this.conversations.length) this.growSlots()
      return this.count // all slots before it are in use
    }
    const slot = this.free
    this.free = at(this.after, slot)
    return slot
  }

  private growSlots(): void {
    const slots = 2 * this.conversations.length
    this.conversations = grown(this.conversations, slots)
    this.lengths = grown(this.lengths, slots)
    this.sizes = grown(this.sizes, slots)
    this.readAt = grown(this.readAt, slots)
    this.before = grown(this.before, slots)
    this.after = grown(this.after, slots)
    this.nextOfSize = grown(this.nextOfSize, slots)
  }
}

function at(array: Int32Array, index: number): number {
  return array[index] ?? NONE
}

/** A copy with room for at least `length` numbers, and for twice as many as before. */
function grown(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(Math.max(length, 2 * array.length))
  larger.set(array)
  return larger
}
