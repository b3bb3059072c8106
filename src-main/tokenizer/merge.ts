/**
 * Byte pair merging: of all neighbouring tokens, those that merge into the lowest id are merged first, the leftmost of
 * equals, until none merge. Short pieces are scanned again after each merge; long ones (a megabyte of one letter is a
 * single piece) use a heap, n log n in time and 24 bytes of memory a byte.
 */
import { runThrough } from '../threads/breathe'
import type { Vocabulary } from './vocabulary'

/** Beyond this many bytes the heap is faster. */
const SCAN_LIMIT = 96
const NONE = 0x7fffffff
/** After this many turns of the heap, merging yields and can be cancelled. */
const HEAP_STEP = 4096

/** Scratch arrays of one encoder, so that a short piece allocates nothing. */
export class Merger {
  private readonly merges = new Int32Array(SCAN_LIMIT)
  private readonly scratch = new Int32Array(SCAN_LIMIT)

  constructor(private readonly vocabulary: Vocabulary) {}

  /** The ids that a piece's bytes merge into; a view that the next call overwrites. */
  merge(bytes: Uint8Array): Int32Array {
    if (bytes.length > SCAN_LIMIT) return runThrough(this.mergeInSteps(bytes))
    const count = this.scan(this.byteIds(bytes, this.scratch), bytes.length)
    return this.scratch.subarray(0, count)
  }

  /** The same for a long piece, yielding every few milliseconds; the ids are the caller's. */
  *mergeInSteps(bytes: Uint8Array): Generator<void, Int32Array, void> {
    const ids = this.byteIds(bytes, new Int32Array(bytes.length))
    return ids.subarray(0, yield* mergeByHeap(this.vocabulary, ids))
  }

  /** Writes the id of each byte. */
  private byteIds(bytes: Uint8Array, ids: Int32Array): Int32Array {
    for (let i = 0; i < bytes.length; i++) ids[i] = this.vocabulary.byteIds[bytes[i] ?? 0] ?? 0
    return ids
  }

  /** Merges `ids[0, count)` in place; returns the number of ids left. */
  private scan(ids: Int32Array, count: number): number {
    const { merges, vocabulary } = this
    for (let i = 0; i + 1 < count; i++) merges[i] = mergedAt(vocabulary, ids, i)
    while (count > 1) {
      let best = 0
      let lowest = NONE
      for (let i = 0; i + 1 < count; i++) {
        const merged = merges[i] ?? NONE
        if (merged < lowest) {
          lowest = merged
          best = i
        }
      }
      if (lowest === NONE) break
      ids[best] = lowest
      ids.copyWithin(best + 1, best + 2, count)
      merges.copyWithin(best + 1, best + 2, count - 1)
      count--
      if (best + 1 < count) merges[best] = mergedAt(vocabulary, ids, best)
      if (best > 0) merges[best - 1] = mergedAt(vocabulary, ids, best - 1)
    }
    return count
  }
}

function mergedAt(vocabulary: Vocabulary, ids: Int32Array, at: number): number {
  const merged = vocabulary.merged(ids[at] ?? 0, ids[at + 1] ?? 0)
  return merged < 0 ? NONE : merged
}

/** Merges all of `ids` in place, with the tokens in a list linked by position; returns the number of ids left. */
function* mergeByHeap(vocabulary: Vocabulary, ids: Int32Array): Generator<void, number, void> {
  const end = ids.length
  const next = Int32Array.from(ids, (_, i) => i + 1)
  const previous = Int32Array.from(ids, (_, i) => i - 1)
  const heap = new MinHeap()
  const offer = (at: number): void => {
    const right = next[at] ?? end
    const merged = right < end ? vocabulary.merged(ids[at] ?? 0, ids[right] ?? 0) : -1
    if (merged >= 0) heap.push(merged * POSITIONS + at)
  }
  for (let at = 0; at < end; at++) {
    offer(at)
    if (at % HEAP_STEP === HEAP_STEP - 1) yield
  }
  let turns = 0
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    if (++turns % HEAP_STEP === 0) yield
    const at = top % POSITIONS
    const merged = (top - at) / POSITIONS
    const right = next[at] ?? end
    // An entry is out of date when either token has since been merged away or grown.
    if (ids[at] === GONE || right >= end) continue
    if (vocabulary.merged(ids[at] ?? 0, ids[right] ?? 0) !== merged) continue
    ids[at] = merged
    ids[right] = GONE
    const after = next[right] ?? end
    next[at] = after
    if (after < end) previous[after] = at
    offer(at)
    const before = previous[at] ?? -1
    if (before >= 0) offer(before)
  }
  let count = 0
  for (let at = 0; at < end; at = next[at] ?? end) ids[count++] = ids[at] ?? 0
  return count
}

const GONE = -1
/** A heap entry is `id * POSITIONS + position`, exact below 2^53: ids to 2^21 and pieces to 4 GiB. */
const POSITIONS = 2 ** 32

/** A binary heap of numbers. */
class MinHeap {
  private readonly items: number[] = []

  push(item: number): void {
    const { items } = this
    let at = items.length
    items.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent] ?? 0
      if (above <= item) break
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  pop(): number | undefined {
    const { items } = this
    const top = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= items.length) break
      if ((items[child + 1] ?? Infinity) < (items[child] ?? Infinity)) child++
      const below = items[child] ?? Infinity
      if (below >= last) break
      items[at] = below
      at = child
    }
    items[at] = last
    return top
  }
}
