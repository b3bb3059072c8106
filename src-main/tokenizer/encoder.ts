/**
 * Text to ids: splits the text into pieces and takes a piece's ids from the cache. On a miss they come from the
 * vocabulary: one token for the whole piece where there is one, else by merging its bytes. Exact to tiktoken's
 * `encode_ordinary`; a lone surrogate becomes U+FFFD, as there. One encoder serves one thread; between the steps of a
 * long text it may encode others.
 */
import { runThrough } from '../threads/breathe'
import { Merger } from './merge'
import { MAX_CACHED_UNITS, PieceCache } from './piece-cache'
import { pieceEnd } from './split'
import type { Vocabulary } from './vocabulary'

/**
 * A long text is encoded in steps of this many UTF-16 units, a few milliseconds each; between two it can be cancelled.
 */
const STEP_UNITS = 1 << 16

export class Encoder {
  private readonly cache = new PieceCache()
  private readonly merger: Merger
  private readonly utf8 = new TextEncoder()
  private scratch = new Uint8Array(3 * MAX_CACHED_UNITS)
  private out = new Int32Array(4096)
  private length = 0

  /** @param maxDigits the most digits a piece may hold, from `digitsOfPattern`. */
  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly maxDigits: number,
  ) {
    this.merger = new Merger(vocabulary)
  }

  encode(text: string): Int32Array {
    return runThrough(this.encodeInSteps(text))
  }

  /** The same, yielding every few milliseconds; a short text takes one step. */
  *encodeInSteps(text: string): Generator<void, Int32Array, void> {
    const parts: Int32Array[] = []
    for (let start = 0; ;) {
      const { ids, end } = this.step(text, start)
      if (start === 0 && end === text.length) return ids
      parts.push(ids)
      start = end
      if (start === text.length) return joined(parts)
      yield
      const stop = pieceEnd(text, start, this.maxDigits)
      if (stop - start <= STEP_UNITS) continue
      parts.push(yield* this.longPiece(text.slice(start, stop)))
      start = stop
    }
  }

  /** Encodes the pieces of one step, from `start` on. A piece that is longer than a step is a step of its own. */
  private step(text: string, start: number): { ids: Int32Array; end: number } {
    this.length = 0
    const last = start + STEP_UNITS
    let at = start
    while (at < text.length && at < last) {
      const end = pieceEnd(text, at, this.maxDigits)
      if (end - at > STEP_UNITS) break
      this.piece(text, at, end)
      at = end
    }
    return { ids: this.out.slice(0, this.length), end: at }
  }

  private *longPiece(piece: string): Generator<void, Int32Array, void> {
    const bytes = this.utf8.encode(piece)
    const whole = this.vocabulary.whole(bytes)
    return whole >= 0 ? Int32Array.of(whole) : yield* this.merger.mergeInSteps(bytes)
  }

  private piece(text: string, start: number, end: number): void {
    const { cache } = this
    const cached = end - start <= MAX_CACHED_UNITS
    const slot = cached ? cache.find(text, start, end) : -1
    if (slot >= 0) {
      this.append(cache.ids, cache.offset(slot), cache.count(slot))
      return
    }
    const ids = this.lookUp(text.slice(start, end))
    if (cached) cache.add(text, start, end, ids)
    this.append(ids, 0, ids.length)
  }

  private lookUp(piece: string): Int32Array {
    if (this.scratch.length < 3 * piece.length) this.scratch = new Uint8Array(3 * piece.length)
    const { written } = this.utf8.encodeInto(piece, this.scratch)
    const bytes = this.scratch.subarray(0, written)
    const whole = this.vocabulary.whole(bytes)
    return whole >= 0 ? Int32Array.of(whole) : this.merger.merge(bytes)
  }

  private append(ids: Int32Array, offset: number, count: number): void {
    if (this.length + count > this.out.length) this.grow(this.length + count)
    const { out } = this
    for (let i = 0; i < count; i++) out[this.length++] = ids[offset + i] ?? 0
  }

  private grow(least: number): void {
    const wider = new Int32Array(Math.max(least, 2 * this.out.length))
    wider.set(this.out)
    this.out = wider
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
