/**
 * The tokenizer that the rest of the project sees: byte-level BPE in tiktoken's format, read from a nanochat tokenizer
 * folder (reference §1). It encodes exactly as tiktoken's `encode_ordinary` does: special-token strings inside a text
 * are plain text.
 */

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
  /** [vocabSize] bytes a token stands for; 0 for special tokens (token_bytes.pt). */
  readonly byteLengths: Int32Array
  /** sha256 over split pattern, ranks and special tokens, in hex: equal fingerprints give equal ids. */
  readonly fingerprint: string
  /** The ids of a text, as tiktoken's `encode_ordinary`; a lone surrogate counts as U+FFFD. */
  encodeOrdinary(text: string): Int32Array
  /** The text of some ids; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>): string
  /** The bytes of one token; a special token's are those of its name. */
  bytes(id: number): Uint8Array
  /** One token for display: a special token's name, its text, or `\xNN` for bytes that are not UTF-8 by themselves. */
  piece(id: number): string
}

/** Reads `tokenizer.pkl` and `token_bytes.pt` from a folder. */
export function loadTokenizer(dir: string): Promise<Tokenizer> {
  return Promise.reject(new Error(`${dir}: the tokenizer reader is not here yet`))
}
