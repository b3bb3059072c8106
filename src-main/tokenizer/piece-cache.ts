/**
 * Stores the ids of pieces seen before, keyed by their UTF-16 units straight from the text, so a hit makes no string
 * and no object. Open addressing over three flat arrays of fixed size (10 MB); when one is full the cache is emptied,
 * so memory is bounded whatever the text.
 */

/** Longer pieces are rare and would fill the cache with text that does not come back. */
export const MAX_CACHED_UNITS = 48

const SLOTS = 1 << 18
const MAX_ENTRIES = SLOTS / 2
const KEY_UNITS = 1 << 20
const ID_COUNT = 1 << 19
/** A slot: hash, key offset, key length (0 where empty), ids' offset, ids' count. */
const STRIDE = 5

export class PieceCache {
  /** [ID_COUNT] ids of all entries; an entry's are at `offset(slot)`, `count(slot)` of them. */
  readonly ids = new Int32Array(ID_COUNT)
  private readonly slots = new Int32Array(SLOTS * STRIDE)
  private readonly keys = new Uint16Array(KEY_UNITS)
  private entries = 0
  private keyEnd = 0
  private idEnd = 0

  /** The slot that holds the piece `text[start, end)`, or -1. */
  find(text: string, start: number, end: number): number {
    const hash = hashUnits(text, start, end)
    const { slots } = this
    for (let at = (hash & (SLOTS - 1)) * STRIDE; ; at = next(at)) {
      if (slots[at + 2] === 0) return -1
      if (slots[at] === hash && slots[at + 2] === end - start && this.equals(at, text, start)) return at
    }
  }

  offset(slot: number): number {
    return this.slots[slot + 3] ?? 0
  }

  count(slot: number): number {
    return this.slots[slot + 4] ?? 0
  }

  /** Enters a piece that {@link find} did not find. */
  add(text: string, start: number, end: number, ids: Int32Array): void {
    const full =
      this.entries >= MAX_ENTRIES ||
      this.keyEnd + end - start > KEY_UNITS ||
      this.idEnd + ids.length > ID_COUNT
    if (full) this.clear()
    const hash = hashUnits(text, start, end)
    let at = (hash & (SLOTS - 1)) * STRIDE
    while (this.slots[at + 2] !== 0) at = next(at)
    this.slots.set([hash, this.keyEnd, end - start, this.idEnd, ids.length], at)
    for (let i = start; i < end; i++) this.keys[this.keyEnd++] = text.charCodeAt(i)
    this.ids.set(ids, this.idEnd)
    this.idEnd += ids.length
    this.entries++
  }

  private equals(slot: number, text: string, start: number): boolean {
    const { keys, slots } = this
    const offset = slots[slot + 1] ?? 0
    const length = slots[slot + 2] ?? 0
    for (let i = 0; i < length; i++) if (keys[offset + i] !== text.charCodeAt(start + i)) return false
    return true
  }

  private clear(): void {
    this.slots.fill(0)
    this.entries = this.keyEnd = this.idEnd = 0
  }
}

function next(slot: number): number {
  return slot + STRIDE === SLOTS * STRIDE ? 0 : slot + STRIDE
}

function hashUnits(text: string, start: number, end: number): number {
  let hash = end - start
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1)
  return hash ^ (hash >>> 15)
}
