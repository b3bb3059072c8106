/**
 * The items of one JSON array, however large: each is cut out of the stream of bytes by counting brackets outside
 * strings, so that only one item is in memory. It does not matter whether the array is on one line or on many.
 */
import { MidbenchError } from '../../errors'
import { tooLong, MOST_ROW_BYTES } from './text-lines'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
/** JSON's white space: space, tab, and the ends of lines. */
const SPACES = [0x20, 0x09, 0x0a, 0x0d]

export interface JsonItem {
  /** Counts from 1. */
  number: number
  /** Not parsed yet. */
  text: string
}

/**
 * The text of an item may be empty: between two commas, or after the last.
 *
 * @param stream bytes that begin with an array, after white space or a byte order mark
 * @throws MidbenchError `data.unreadable` where the array is not closed or something follows it, `data.not-utf8`,
 *   `data.too-long` for an item that no conversation can be
 */
export async function* jsonItems(stream: AsyncIterable<Buffer>, what: string): AsyncGenerator<JsonItem> {
  const cutter = new Cutter(what)
  let number = 0
  for await (const block of stream) {
    for (const bytes of cutter.cut(block)) {
      const text = decode(bytes, what, number + 1)
      const isEmptyList = cutter.ended && number === 0 && text.trim() === ''
      if (!isEmptyList) yield { number: ++number, text }
    }
  }
  cutter.end()
}

class Cutter {
  private depth = 0
  private inString = false
  private escaped = false
  /** Whether the array is closed. */
  ended = false
  /** Bytes of the item from earlier blocks. */
  private pending: Buffer[] = []
  private pendingBytes = 0

  constructor(private readonly what: string) {}

  /** The items that end in a block. */
  *cut(block: Buffer): Generator<Buffer> {
    let start = this.depth > 0 ? 0 : block.length
    for (let at = 0; at < block.length; at++) {
      const byte = block[at] ?? 0
      if (this.ended) {
        if (!SPACES.includes(byte))
          throw broken(this.what, 'something follows after the end of the list in it')
      } else if (this.inString) {
        at = this.endOfString(block, at)
      } else if (byte === QUOTE) {
        this.inString = true
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (++this.depth === 1) start = at + 1
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        if (--this.depth > 0) continue
        if (byte !== CLOSE_LIST) throw broken(this.what, 'the list in it ends with } in place of ]')
        this.ended = true
        yield this.taken(block.subarray(start, at))
        start = block.length
      } else if (byte === COMMA && this.depth === 1) {
        yield this.taken(block.subarray(start, at))
        start = at + 1
      }
    }
    this.keep(block.subarray(start))
  }

  /** Where the string that we are in ends, or the block's length: most bytes are in strings, so this loop is short. */
  private endOfString(block: Buffer, from: number): number {
    let at = this.escaped ? from + 1 : from
    this.escaped = false
    for (; at < block.length; at++) {
      const byte = block[at]
      if (byte === QUOTE) {
        this.inString = false
        return at
      }
      if (byte === BACKSLASH && ++at === block.length) this.escaped = true
    }
    return at
  }

  end(): void {
    if (!this.ended) throw broken(this.what, 'the list in it is not closed: the file was cut')
  }

  private taken(last: Buffer): Buffer {
    const item = Buffer.concat([...this.pending, last])
    this.pending = []
    this.pendingBytes = 0
    return item
  }

  private keep(rest: Buffer): void {
    this.pending.push(rest)
    this.pendingBytes += rest.length
    if (this.pendingBytes > MOST_ROW_BYTES) throw tooLong(this.what, 'an item of its list')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array, what: string, number: number): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    const message = `${what}, item ${String(number)}: it holds bytes that are not UTF-8`
    throw new MidbenchError({ code: 'data.not-utf8', message, remedy: 'Save the file as UTF-8.' }, { cause })
  }
}

function broken(what: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'data.unreadable',
    message: `${what}: ${reason}`,
    remedy: 'Copy or make the file again; it must hold one JSON list.',
  })
}
