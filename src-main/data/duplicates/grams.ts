/**
 * Hashes over runs of words: of whole texts and of n-grams (each run of n words in a row). Two independent 32-bit
 * hashes make one of 64 bits: among a million texts, two that differ share one with a probability of 3e-8.
 */
import { mixed } from './normalise'

/** Odd multipliers of the two polynomial hashes. */
const BASES = [0x9e3779b1, 0x85ebca77] as const

export interface Hash64 {
  low: number
  high: number
}

/** The hash of words [from, to). */
export function hashOfWords(words: Uint32Array, from: number, to: number): Hash64 {
  let low = to - from
  let high = ~low
  for (let i = from; i < to; i++) {
    const word = words[i] ?? 0
    low = (Math.imul(low, BASES[0]) + word) | 0
    high = (Math.imul(high, BASES[1]) + (word ^ 0x5bd1e995)) | 0
  }
  return { low: mixed(low), high: mixed(high) }
}

/** `base ** exponent` in 32 bits. */
function power(base: number, exponent: number): number {
  let result = 1
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base)
  return result
}

/** Calls back with the 64-bit hash of each n-gram of words [from, to), and where it begins. */
export function forEachGram(
  words: Uint32Array,
  { from, to, n }: { from: number; to: number; n: number },
  each: (low: number, high: number, at: number) => void,
): void {
  const [lowTop, highTop] = [power(BASES[0], n), power(BASES[1], n)]
  let low = 0
  let high = 0
  for (let i = from; i < to; i++) {
    const word = words[i] ?? 0
    low = (Math.imul(low, BASES[0]) + word) | 0
    high = (Math.imul(high, BASES[1]) + (word ^ 0x5bd1e995)) | 0
    if (i - from >= n) {
      const gone = words[i - n] ?? 0
      low = (low - Math.imul(gone, lowTop)) | 0
      high = (high - Math.imul(gone ^ 0x5bd1e995, highTop)) | 0
    }
    if (i - from >= n - 1) each(mixed(low), mixed(high), i - n + 1)
  }
}

/** Number of words of a shingle, by which near duplicates are compared. */
export const SHINGLE_WORDS = 5

/**
 * [count] 32-bit hashes of the shingles of a text; a text of fewer words has one shingle, all of it. Written into
 * `into`, which must hold as many numbers as there are words and one more.
 */
export function shinglesOf(words: Uint32Array, count: number, into: Uint32Array): number {
  const n = Math.min(SHINGLE_WORDS, count)
  if (n === 0) return 0
  const top = power(BASES[0], n)
  let hash = 0
  let shingles = 0
  for (let i = 0; i < count; i++) {
    hash = (Math.imul(hash, BASES[0]) + (words[i] ?? 0)) | 0
    if (i >= n) hash = (hash - Math.imul(words[i - n] ?? 0, top)) | 0
    if (i >= n - 1) into[shingles++] = mixed(hash)
  }
  return shingles
}

/** A table from 64-bit hashes to numbers of at least 0: 12 bytes a slot, at most half of the slots used. */
export class HashTable {
  private slots: number
  private low: Uint32Array
  private high: Uint32Array
  private values: Int32Array
  private size = 0

  constructor(expected: number) {
    this.slots = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * expected)))
    this.low = new Uint32Array(this.slots)
    this.high = new Uint32Array(this.slots)
    this.values = new Int32Array(this.slots).fill(-1)
  }

  /** The value of a hash; -1 where it has none. */
  get(low: number, high: number): number {
    return this.values[this.slotOf(low, high)] ?? -1
  }

  /** Sets the value where the hash has none yet; returns the value that it had, or -1. */
  add(low: number, high: number, value: number): number {
    const slot = this.slotOf(low, high)
    const before = this.values[slot] ?? -1
    if (before !== -1) return before
    this.low[slot] = low
    this.high[slot] = high
    this.values[slot] = value
    if (2 * ++this.size > this.slots) this.grow()
    return -1
  }

  private slotOf(low: number, high: number): number {
    const mask = this.slots - 1
    let slot = low & mask
    while (this.values[slot] !== -1 && (this.low[slot] !== low || this.high[slot] !== high)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private grow(): void {
    const { low, high, values } = this
    const larger = new HashTable(this.slots)
    values.forEach((value, slot) => {
      if (value !== -1) larger.add(low[slot] ?? 0, high[slot] ?? 0, value)
    })
    this.slots = larger.slots
    this.low = larger.low
    this.high = larger.high
    this.values = larger.values
  }
}
