/**
 * Near duplicates: finds, for a text, the earlier ones that share most of its shingles, without comparing all pairs.
 *
 * Each text gets a signature by one-permutation hashing (Li, Owen and Zhang, 2012: one hash a shingle, the least of
 * each of {@link BINS} bins) whose empty bins are filled as in optimal densification (Shrivastava, 2017). Two
 * signatures agree in as many bins as the texts' Jaccard similarity (shared shingles / all shingles) says. Texts are
 * candidates where all bins of one of 20 bands of 6 agree: with a probability of 1 - (1 - J^6)^20, so 99.8 % at J = 0.8
 * and 12 % at 0.43. What a candidate is worth is decided on its shingles (`jaccard`).
 *
 * Memory: 120 bytes of signature and 160 bytes of tables for each text that is kept. Time: 2 µs a text, and some ns a
 * shingle.
 */
import { mixed } from './normalise'

const BANDS = 20
const BAND_BINS = 6
const BINS = BANDS * BAND_BINS
/** Entries of a band's bucket that are looked at, the latest first: templates fill buckets with thousands. */
const MOST_LOOKED_AT = 24
/** A candidate's estimate may lie this far below the threshold: three times its standard error at 0.8. */
const SLACK = 0.11
const EMPTY = 0xffffffff

/** [BINS] 32-bit values. */
export type Signature = Uint32Array

export function emptySignature(): Signature {
  return new Uint32Array(BINS)
}

/** Writes the signature of the first `count` shingles, at least one. */
export function sign(shingles: Uint32Array, count: number, into: Signature): void {
  into.fill(EMPTY)
  for (let i = 0; i < count; i++) {
    const hash = Math.min(shingles[i] ?? 0, EMPTY - 1)
    const bin = Math.floor((hash * BINS) / 2 ** 32)
    if (hash < (into[bin] ?? 0)) into[bin] = hash
  }
  densify(into)
}

/** Fills each empty bin from one that is not, chosen by the bin's own series of numbers. */
function densify(signature: Signature): void {
  const filled = signature.slice()
  for (let bin = 0; bin < BINS; bin++) {
    let from = bin
    for (let attempt = 1; filled[from] === EMPTY; attempt++) {
      from = mixed(Math.imul(bin + 1, 0x9e3779b1) ^ attempt) % BINS
    }
    signature[bin] = mixed(filled[from] ?? 0)
  }
}

/** Texts by their signatures, to be asked for those like another. Values of at least 0 name the texts. */
export class SimilarTexts {
  private readonly heads: Int32Array
  /** [kept * BANDS] entry after each in its bucket; -1 ends it. */
  private readonly next: Int32Array
  /** [kept * BINS] lowest byte of each value. */
  private readonly bytes: Uint8Array
  private readonly names: Int32Array
  /** [kept] number of the last question in which each was looked at. */
  private readonly asked: Int32Array
  private question = 0
  private kept = 0

  /** @param most number of texts that may be added */
  constructor(most: number) {
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(16, most * BANDS)))).fill(-1)
    this.next = new Int32Array(most * BANDS)
    this.bytes = new Uint8Array(most * BINS)
    this.names = new Int32Array(most)
    this.asked = new Int32Array(most)
  }

  add(name: number, signature: Signature): void {
    const text = this.kept++
    this.names[text] = name
    for (let bin = 0; bin < BINS; bin++) this.bytes[text * BINS + bin] = signature[bin] ?? 0
    for (let band = 0; band < BANDS; band++) {
      const head = this.headOf(band, signature)
      this.next[text * BANDS + band] = this.heads[head] ?? -1
      this.heads[head] = text * BANDS + band
    }
  }

  /** Names of the texts that are probably at least `threshold` alike, the likeliest first; at most `most` of them. */
  candidates(signature: Signature, threshold: number, most: number): number[] {
    const found: { name: number; estimate: number }[] = []
    this.question++
    for (let band = 0; band < BANDS; band++) {
      let entry = this.heads[this.headOf(band, signature)] ?? -1
      for (let looked = 0; entry !== -1 && looked < MOST_LOOKED_AT; looked++) {
        const text = (entry / BANDS) | 0
        entry = this.next[entry] ?? -1
        if (this.asked[text] === this.question) continue
        this.asked[text] = this.question
        const estimate = this.estimate(text, signature)
        if (estimate >= threshold - SLACK) found.push({ name: this.names[text] ?? 0, estimate })
      }
    }
    found.sort((a, b) => b.estimate - a.estimate || a.name - b.name)
    return found.slice(0, most).map(({ name }) => name)
  }

  /** The estimated similarity, corrected for bytes that agree by chance. */
  private estimate(text: number, signature: Signature): number {
    const at = text * BINS
    let agreeing = 0
    for (let bin = 0; bin < BINS; bin++) {
      if (this.bytes[at + bin] === ((signature[bin] ?? 0) & 0xff)) agreeing++
    }
    return (agreeing / BINS - 1 / 256) / (1 - 1 / 256)
  }

  private headOf(band: number, signature: Signature): number {
    let hash = band
    for (let bin = band * BAND_BINS; bin < (band + 1) * BAND_BINS; bin++) {
      hash = (Math.imul(hash, 0x9e3779b1) + (signature[bin] ?? 0)) | 0
    }
    return mixed(hash) & (this.heads.length - 1)
  }
}

/** A set of shingles: [k] ascending, each once. */
export function shingleSet(shingles: Uint32Array, count: number): Uint32Array {
  const sorted = shingles.slice(0, count).sort()
  let kept = 0
  sorted.forEach((hash, i) => {
    if (i === 0 || hash !== sorted[i - 1]) sorted[kept++] = hash
  })
  return sorted.slice(0, kept)
}

/** Shared shingles / all shingles of two sets, 0 to 1; 1 for two empty ones. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x = 0, y = 0] = [a[i], b[j]]
    if (x === y) shared++
    if (x <= y) i++
    if (y <= x) j++
  }
  const all = a.length + b.length - shared
  return all === 0 ? 1 : shared / all
}
