/**
 * The words of a text, by which conversations are compared: two texts with the same words in the same order count as
 * the same.
 *
 * A text is brought to Unicode's NFKC and to lower case. Words are runs of letters, digits and combining marks; all else
 * (spaces, punctuation, symbols, control characters) only separates. A character of a script that is written without
 * spaces (Han, kana, Thai and its neighbours) is a word of its own, so that a phrase has as many words there as
 * elsewhere. Normalising a normalised text changes nothing.
 */

/** What a character is to a word: between words, part of one, or one by itself. */
const BETWEEN = 1
const INSIDE = 2
const ALONE = 3

const WORD = /[\p{L}\p{N}\p{M}]/u
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u // prettier-ignore

/** [code points] class of each character that has been met; 0 = not met yet. */
const classes = new Uint8Array(0x110000)

function classOf(codePoint: number): number {
  const known = classes[codePoint] ?? 0
  if (known !== 0) return known
  const character = String.fromCodePoint(codePoint)
  const found = !WORD.test(character) ? BETWEEN : UNSPACED.test(character) ? ALONE : INSIDE
  classes[codePoint] = found
  return found
}

/** [128] the lower-case code of an ASCII letter or digit; 0 for what lies between words. */
const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  const lower = code >= 65 && code <= 90 ? code + 32 : code
  return (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) ? lower : 0
})

/** The text in NFKC and lower case; σ has one form. */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll('ς', 'σ')
}

/** The words, with one space between two. */
export function normalised(text: string): string {
  const words: string[] = []
  let word = ''
  const end = (): void => {
    if (word !== '') words.push(word)
    word = ''
  }
  for (const character of folded(text)) {
    const kind = classOf(character.codePointAt(0) ?? 0)
    if (kind === INSIDE) word += character
    else {
      end()
      if (kind === ALONE) words.push(character)
    }
  }
  end()
  return words.join(' ')
}

/**
 * Where the words of a text stand in it as it is written: ranges of UTF-16 units. A range may hold several words of
 * {@link normalised} (½ is 1 and 2), and one that only looks like a symbol may hold one (™ is tm).
 */
export function wordRanges(text: string): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = []
  let start = -1
  let at = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const kind = classOf(code)
    if (kind !== INSIDE && start >= 0) {
      ranges.push({ start, end: at })
      start = -1
    }
    if (kind === INSIDE && start < 0) start = at
    const mayHold = kind === ALONE || (kind === BETWEEN && code > 127)
    if (mayHold) ranges.push({ start: at, end: at + character.length })
    at += character.length
  }
  if (start >= 0) ranges.push({ start, end: at })
  return ranges
}

const FNV_START = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** Mixes the bits of a 32-bit number, so that near numbers give far ones (MurmurHash3's finaliser). */
export function mixed(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A list of words as 32-bit hashes, filled text by text. Grows as needed, and is used again for the next. */
export class WordHashes {
  hashes = new Uint32Array(4096)
  count = 0
  /** Number of words up to the end of each text that was added. */
  readonly ends: number[] = []

  clear(): void {
    this.count = 0
    this.ends.length = 0
  }

  /** Adds the words of {@link normalised}, without making its text; 1 to 2 ns a character where the text is ASCII. */
  add(text: string): void {
    const start = this.count
    if (!this.addAscii(text)) {
      this.count = start
      this.addFolded(folded(text))
    }
    this.ends.push(this.count)
  }

  /** Adds each character as a word, and the end of the text as one: for texts that have no words. */
  addCharacters(text: string): void {
    this.reserve(this.count + text.length + 1)
    for (const character of text) this.hashes[this.count++] = mixed(character.codePointAt(0) ?? 0)
    this.hashes[this.count++] = 0
  }

  /** Returns false, with words added in vain, at the first character that is not ASCII. */
  private addAscii(text: string): boolean {
    this.reserve(this.count + (text.length >> 1) + 1)
    let { count } = this
    const { hashes } = this
    let hash = FNV_START
    let isInside = false
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) return false
      const lower = ASCII[code] ?? 0
      if (lower !== 0) {
        hash = Math.imul(hash ^ lower, FNV_PRIME)
        isInside = true
      } else if (isInside) {
        hashes[count++] = mixed(hash)
        hash = FNV_START
        isInside = false
      }
    }
    if (isInside) hashes[count++] = mixed(hash)
    this.count = count
    return true
  }

  private addFolded(text: string): void {
    this.reserve(this.count + text.length + 1)
    let hash = FNV_START
    let isInside = false
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0
      const kind = classOf(code)
      if (kind !== INSIDE && isInside) this.hashes[this.count++] = mixed(hash)
      if (kind === ALONE) this.hashes[this.count++] = mixed(Math.imul(FNV_START ^ code, FNV_PRIME))
      hash = kind === INSIDE ? Math.imul((isInside ? hash : FNV_START) ^ code, FNV_PRIME) : FNV_START
      isInside = kind === INSIDE
    }
    if (isInside) this.hashes[this.count++] = mixed(hash)
  }

  private reserve(count: number): void {
    if (count <= this.hashes.length) return
    const larger = new Uint32Array(2 * count)
    larger.set(this.hashes.subarray(0, this.count))
    this.hashes = larger
  }
}
