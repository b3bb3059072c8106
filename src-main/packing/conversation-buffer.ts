/**
 * The buffer that packers choose from: conversations in the order they were read, found by length.
 *
 * Every operation costs the same however many conversations are buffered: a list in reading order gives the first one,
 * a queue for each length gives the first of equals, and a {@link LengthSet} finds the length to look under. The first
 * conversation of the whole buffer is also the first of its length, so every removal takes the head of a queue.
 */
import { LengthSet } from './length-set'

/** A buffered conversation. */
export interface Candidate {
  /** Index in the mixture. */
  readonly conversation: number
  /** Its ids. */
  readonly length: number
  /** What it counts when a packer chooses: its length, or the row's where a longer one is cut to fit. */
  readonly size: number
}

interface Entry extends Candidate {
  before: Entry | undefined
  after: Entry | undefined
  nextOfSize: Entry | undefined
}

interface Queue {
  head: Entry | undefined
  tail: Entry | undefined
}

export class ConversationBuffer {
  private count = 0
  private first: Entry | undefined
  private last: Entry | undefined
  private readonly queues: (Queue | undefined)[] = []
  private readonly sizes = new LengthSet()

  get size(): number {
    return this.count
  }

  /** Appends a conversation. */
  push(conversation: number, length: number, size = length): void {
    const entry: Entry = {
      conversation,
      length,
      size,
      before: this.last,
      after: undefined,
      nextOfSize: undefined,
    }
    if (this.last === undefined) this.first = entry
    else this.last.after = entry
    this.last = entry
    this.enqueue(entry)
    this.count++
  }

  /** Takes out the longest conversation of at most `limit` ids; of equals, the one read first. */
  takeLongest(limit: number): Candidate | undefined {
    return this.takeOfSize(this.sizes.floor(limit))
  }

  /** Takes out the shortest conversation; of equals, the one read first. */
  takeShortest(): Candidate | undefined {
    return this.takeOfSize(this.sizes.min())
  }

  /** Takes out the conversation read first. */
  takeFirst(): Candidate | undefined {
    return this.first && this.takeOfSize(this.first.size)
  }

  /** What is buffered, in reading order. Costs a pass over the buffer. */
  *[Symbol.iterator](): Generator<Candidate> {
    for (let entry = this.first; entry !== undefined; entry = entry.after) yield entry
  }

  private enqueue(entry: Entry): void {
    const queue = (this.queues[entry.size] ??= { head: undefined, tail: undefined })
    if (queue.tail === undefined) {
      queue.head = entry
      this.sizes.add(entry.size)
    } else queue.tail.nextOfSize = entry
    queue.tail = entry
  }

  private takeOfSize(size: number): Candidate | undefined {
    const queue = this.queues[size]
    const entry = queue?.head
    if (queue === undefined || entry === undefined) return undefined
    queue.head = entry.nextOfSize
    if (queue.head === undefined) {
      queue.tail = undefined
      this.sizes.delete(size)
    }
    this.unlink(entry)
    return entry
  }

  private unlink(entry: Entry): void {
    if (entry.before === undefined) this.first = entry.after
    else entry.before.after = entry.after
    if (entry.after === undefined) this.last = entry.before
    else entry.after.before = entry.before
    this.count--
  }
}
