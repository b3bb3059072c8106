/**
 * The tokenizer that the rest of the project sees: byte-level BPE in tiktoken's format, read from a nanochat tokenizer
 * folder (docs/REFERENCE.md §1). It encodes exactly as tiktoken's `encode_ordinary` does: special-token strings inside
 * a text are plain text.
 */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ByteCounting } from '../byte-counting'
import { MidbenchError } from '../errors'
import { ENCODING_FILE, TOKEN_BYTES_FILE } from '../tokenizer-folder'
import { Encoder } from './encoder'
import { readEncoding, type EncodingData } from './encoding-file'
import { digitsOfPattern } from './split'
import { readTokenBytes, requireTokenLengths } from './token-bytes'
import { Vocabulary } from './vocabulary'

/** The nine special tokens in the reference's order; their ids follow the mergeable ranks. */
export const SPECIAL_NAMES = [
  '<|bos|>',
  '<|user_start|>',
  '<|user_end|>',
  '<|assistant_start|>',
  '<|assistant_end|>',
  '<|python_start|>',
  '<|python_end|>',
  '<|output_start|>',
  '<|output_end|>',
] as const

export type SpecialName = (typeof SPECIAL_NAMES)[number]

export interface Tokenizer {
  /** Mergeable ranks and special tokens together. */
  readonly vocabSize: number
  readonly specials: Readonly<Record<SpecialName, number>>
  /** [vocabSize] bytes of each token, 0 for special tokens (token_bytes.pt). */
  readonly byteLengths: Int32Array
  /** How they are counted; null where the tokenizer was not read from a folder. */
  readonly counting: ByteCounting | null
  /** sha256 over split pattern, ranks and special tokens, in hex: equal fingerprints give equal ids. */
  readonly fingerprint: string
  /** The ids of a text, as in tiktoken's `encode_ordinary`; a lone surrogate counts as U+FFFD. */
  encodeOrdinary(text: string): Int32Array
  /**
   * The same, yielding every few milliseconds, so a text of megabytes does not block its thread; a short text never
   * yields.
   */
  encodeInSteps(text: string): Generator<void, Int32Array, void>
  /** The text of some ids; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>): string
  /** The bytes of one token; for a special token, those of its name. */
  bytes(id: number): Uint8Array
  /** One token for display: a special token's name, its text, or `\xNN` for bytes that are not UTF-8 by themselves. */
  piece(id: number): string
}

/**
 * Reads `tokenizer.pkl` and `token_bytes.pt` from a folder.
 * @throws MidbenchError naming the file and the reason: `tokenizer.missing`, `tokenizer.invalid`, `pickle.refused`,
 *   `zip.refused`.
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const path = join(dir, ENCODING_FILE)
  const data = await readEncoding(path)
  const vocabSize = data.tokens.length + data.specials.size
  const lengthsPath = join(dir, TOKEN_BYTES_FILE)
  const byteLengths = await readTokenBytes(lengthsPath, vocabSize)
  const counting = requireTokenLengths(byteLengths, data, lengthsPath)
  return createTokenizer(data, byteLengths, path, counting)
}

/** A tokenizer from its parts; `path` is for messages. */
export function createTokenizer(
  data: EncodingData,
  byteLengths: Int32Array,
  path: string,
  counting: ByteCounting | null = null,
): Tokenizer {
  const maxDigits = digitsOfPattern(data.pattern)
  if (maxDigits === undefined) {
    throw invalid(path, `its split pattern is not the reference's: ${data.pattern}`)
  }
  return new BytePairTokenizer(data, readSpecials(data.specials, path), byteLengths, counting, maxDigits)
}

class BytePairTokenizer implements Tokenizer {
  readonly vocabSize: number
  readonly fingerprint: string
  private readonly encoder: Encoder
  private readonly tokens: readonly Uint8Array[]
  private readonly specialNames = new Map<number, string>()

  constructor(
    data: EncodingData,
    readonly specials: Readonly<Record<SpecialName, number>>,
    readonly byteLengths: Int32Array,
    readonly counting: ByteCounting | null,
    maxDigits: number,
  ) {
    this.encoder = new Encoder(new Vocabulary(data.tokens), maxDigits)
    this.fingerprint = fingerprintOf(data)
    const tokens = [...data.tokens]
    for (const [name, id] of data.specials) {
      tokens[id] = new TextEncoder().encode(name)
      this.specialNames.set(id, name)
    }
    this.tokens = tokens
    this.vocabSize = tokens.length
  }

  encodeOrdinary(text: string): Int32Array {
    return this.encoder.encode(text)
  }

  encodeInSteps(text: string): Generator<void, Int32Array, void> {
    return this.encoder.encodeInSteps(text)
  }

  decode(ids: ArrayLike<number>): string {
    const parts = Array.from(ids, (id) => this.bytes(id))
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(parts))
  }

  bytes(id: number): Uint8Array {
    const bytes = this.tokens[id]
    if (bytes !== undefined) return bytes
    throw new MidbenchError({
      code: 'tokenizer.unknown-id',
      message: `there is no token ${String(id)}: the vocabulary has ${String(this.vocabSize)}`,
    })
  }

  piece(id: number): string {
    const bytes = this.bytes(id)
    try {
      return this.specialNames.get(id) ?? strictUtf8.decode(bytes)
    } catch {
      return Array.from(bytes, showByte).join('')
    }
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function showByte(byte: number): string {
  return byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`
}

function readSpecials(found: ReadonlyMap<string, number>, path: string): Record<SpecialName, number> {
  const id = (name: SpecialName): number => {
    const value = found.get(name)
    if (value === undefined) throw invalid(path, `it has no special token ${name}`)
    return value
  }
  return {
    '<|bos|>': id('<|bos|>'),
    '<|user_start|>': id('<|user_start|>'),
    '<|user_end|>': id('<|user_end|>'),
    '<|assistant_start|>': id('<|assistant_start|>'),
    '<|assistant_end|>': id('<|assistant_end|>'),
    '<|python_start|>': id('<|python_start|>'),
    '<|python_end|>': id('<|python_end|>'),
    '<|output_start|>': id('<|output_start|>'),
    '<|output_end|>': id('<|output_end|>'),
  }
}

/** Lengths are hashed before contents, so no two encodings hash the same bytes. */
function fingerprintOf(data: EncodingData): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([data.pattern, [...data.specials], data.tokens.length]))
  for (const token of data.tokens) hash.update(`${String(token.length)}:`).update(token)
  return hash.digest('hex')
}

function invalid(path: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'tokenizer.invalid',
    message: `${path}: ${reason}`,
    remedy: 'Use the tokenizer folder of a nanochat base directory.',
  })
}
