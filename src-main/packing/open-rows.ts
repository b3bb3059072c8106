/**
 * The rows of the current batch: how much of each is used, and which are still open. A row closes when it is full, or
 * when the rest of it is left as padding.
 */
import type { Placement } from './batch.schema'
import type { Candidate } from './conversation-buffer'

export class OpenRows {
  /** [B] number of ids in each row so far. */
  readonly used: Int32Array
  private readonly closed: Uint8Array
  private current = 0

  /**
   * @param batchSize rows B
   * @param capacity ids a row, T + 1
   */
  constructor(
    readonly batchSize: number,
    readonly capacity: number,
  ) {
    this.used = new Int32Array(batchSize)
    this.closed = new Uint8Array(batchSize)
  }

  /** The first open row, or -1. */
  get row(): number {
    return this.current < this.batchSize ? this.current : -1
  }

  isOpen(row: number): boolean {
    return this.closed[row] === 0
  }

  /** Number of ids that the first open row has room for. */
  get remaining(): number {
    return this.current < this.batchSize ? this.roomOf(this.current) : 0
  }

  get allClosed(): boolean {
    return this.current >= this.batchSize
  }

  /** The most room that any open row has. Costs a pass over the rows. */
  get mostRemaining(): number {
    let most = 0
    for (let row = this.current; row < this.batchSize; row++) most = Math.max(most, this.roomOf(row))
    return most
  }

  /** The first open row with room for `size` ids, or -1. Costs a pass over the rows. */
  firstWithRoom(size: number): number {
    for (let row = this.current; row < this.batchSize; row++) if (this.roomOf(row) >= size) return row
    return -1
  }

  /** Puts a conversation at the end of a row, cropped to the room that is left. */
  place(row: number, { conversation, length }: Candidate): Placement {
    const offset = this.used[row] ?? 0
    const kept = Math.min(length, this.capacity - offset)
    this.used[row] = offset + kept
    if (offset + kept === this.capacity) this.close(row)
    return { row, offset, length: kept, cropped: length - kept, conversation }
  }

  /** Leaves the rest of a row empty. */
  close(row: number): void {
    this.closed[row] = 1
    while (this.current < this.batchSize && this.closed[this.current] === 1) this.current++
  }

  private roomOf(row: number): number {
    return this.closed[row] === 1 ? 0 : this.capacity - (this.used[row] ?? 0)
  }
}
