/**
 * The mergeable tokens of a byte-level BPE and the two look-ups that encoding needs: a whole piece's id, and the id
 * that two neighbouring tokens merge into. Merges are looked up by the ids of the two tokens. This gives the same as
 * their joined bytes, since every part of a piece that is being merged is a token. Built once: about 0.2 s for 65,536
 * tokens.
 */
import { MidbenchError } from '../errors'

export class Vocabulary {
  /** [256] id of each single byte. */
  readonly byteIds = new Int32Array(256)
  private readonly wholes = new Map<string, number>()
  private readonly pairs: PairTable

  /**
   * @param tokens bytes of each mergeable token by id, which is also its rank.
   * @throws MidbenchError `tokenizer.invalid` when a token occurs twice or a single byte has no token.
   */
  constructor(readonly tokens: readonly Uint8Array[]) {
    let splits = 0
    tokens.forEach((bytes, id) => {
      const key = latin1(bytes)
      if (this.wholes.has(key)) throw invalid(`token ${String(id)} has the bytes of an earlier one`)
      this.wholes.set(key, id)
      splits += Math.max(0, bytes.length - 1)
    })
    for (let byte = 0; byte < 256; byte++) {
      const id = this.wholes.get(String.fromCharCode(byte))
      if (id === undefined) throw invalid(`byte ${String(byte)} has no token, so some texts have no encoding`)
      this.byteIds[byte] = id
    }
    this.pairs = new PairTable(splits)
    for (const [key, id] of this.wholes) this.addPairs(key, id)
  }

  /** The id of the token with exactly these bytes, or -1. */
  whole(bytes: Uint8Array): number {
    return this.wholes.get(latin1(bytes)) ?? -1
  }

  /** The id that two tokens side by side merge into, or -1. */
  merged(left: number, right: number): number {
    return this.pairs.get(left, right)
  }

  /** Enters every way to join two tokens into this one. */
  private addPairs(key: string, id: number): void {
    for (let cut = 1; cut < key.length; cut++) {
      const left = this.wholes.get(key.slice(0, cut))
      if (left === undefined) continue
      const right = this.wholes.get(key.slice(cut))
      if (right !== undefined) this.pairs.set(left, right, id)
    }
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function invalid(reason: string): MidbenchError {
  return new MidbenchError({
    code: 'tokenizer.invalid',
    message: `the tokenizer's ranks are broken: ${reason}`,
  })
}

/** A fixed open-addressing table from pairs of ids to an id; slots are [left, right, id] with left -1 where empty. */
class PairTable {
  private readonly slots: Int32Array
  private readonly mask: number

  constructor(capacity: number) {
    const size = 1 << Math.ceil(Math.log2(2 * capacity + 2))
    this.mask = size - 1
    this.slots = new Int32Array(3 * size).fill(-1)
  }

  get(left: number, right: number): number {
    return this.slots[3 * this.find(left, right) + 2] ?? -1
  }

  set(left: number, right: number, id: number): void {
    this.slots.set([left, right, id], 3 * this.find(left, right))
  }

  /** The slot of the pair, or the empty slot where it would go. */
  private find(left: number, right: number): number {
    const { slots, mask } = this
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    let slot = (mixed ^ (mixed >>> 15)) & mask
    for (;;) {
      const found = slots[3 * slot]
      if (found === -1 || (found === left && slots[3 * slot + 1] === right)) return slot
      slot = (slot + 1) & mask
    }
  }
}
