/**
 * A set of small whole numbers that answers "the largest member not above n" and "the smallest member".
 *
 * It is a tree of 32-bit words: bit n of the lowest level says that n is a member, and each bit of a higher level says
 * that the word below it is not empty. Every operation touches a few words a level, and there are log32(limit) levels:
 * three for lengths up to 32,767, however many members there are.
 */
export class LengthSet {
  /** The bits of each level, members first; the last level is a single word. */
  private levels: Int32Array[]

  constructor(limit = 4095) {
    this.levels = emptyLevels(limit)
  }

  add(n: number): void {
    if (n >= this.limit) this.grow(n)
    let at = n
    for (const level of this.levels) {
      const word = at >>> 5
      level[word] = wordAt(level, word) | (1 << (at & 31))
      at = word
    }
  }

  delete(n: number): void {
    let at = n
    for (const level of this.levels) {
      const word = at >>> 5
      const left = wordAt(level, word) & ~(1 << (at & 31))
      level[word] = left
      if (left !== 0) return // the word is not empty: nothing changes above
      at = word
    }
  }

  has(n: number): boolean {
    return n < this.limit && (wordAt(this.levels[0], n >>> 5) & (1 << (n & 31))) !== 0
  }

  /** The largest member that is at most n, or -1. */
  floor(n: number): number {
    let at = Math.min(n, this.limit - 1)
    for (let depth = 0; depth < this.levels.length && at >= 0; depth++) {
      const level = this.levels[depth]
      const word = at >>> 5
      const below = wordAt(level, word) & (-1 >>> (31 - (at & 31))) // the bits up to `at`
      if (below !== 0) return this.descend(depth, (word << 5) + highestBit(below), highestBit)
      at = word - 1
    }
    return -1
  }

  /** The smallest member, or -1. */
  min(): number {
    const top = this.levels.length - 1
    const root = wordAt(this.levels[top], 0)
    return root === 0 ? -1 : this.descend(top, lowestBit(root), lowestBit)
  }

  private get limit(): number {
    return (this.levels[0]?.length ?? 0) << 5
  }

  /** Goes from a set bit at `depth` down to the member that `pick` leads to. */
  private descend(depth: number, bit: number, pick: (word: number) => number): number {
    let at = bit
    for (let d = depth - 1; d >= 0; d--) at = (at << 5) + pick(wordAt(this.levels[d], at))
    return at
  }

  private grow(n: number): void {
    const members = this.members()
    this.levels = emptyLevels(n * 2)
    for (const member of members) this.add(member)
  }

  private members(): number[] {
    const found: number[] = []
    for (let n = this.floor(this.limit - 1); n >= 0; n = this.floor(n - 1)) found.push(n)
    return found
  }
}

function emptyLevels(limit: number): Int32Array[] {
  const levels: Int32Array[] = []
  let words = limit + 1
  do {
    words = Math.ceil(words / 32)
    levels.push(new Int32Array(words))
  } while (words > 1)
  return levels
}

function wordAt(level: Int32Array | undefined, word: number): number {
  return level?.[word] ?? 0
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word)
}

function lowestBit(word: number): number {
  return highestBit(word & -word)
}
