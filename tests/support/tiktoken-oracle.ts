/** The npm package tiktoken as an oracle: the same ranks and pattern in an implementation of its own. */
import { Tiktoken } from 'tiktoken/lite'
import type { EncodingData } from '../../src-main/tokenizer/encoding-file'

export interface Oracle {
  encodeOrdinary(text: string): number[]
}

export function tiktokenOracle(data: EncodingData): Oracle {
  const ranks = data.tokens.map((bytes) => Buffer.from(bytes).toString('base64')).join(' ')
  const encoding = new Tiktoken(`! 0 ${ranks}`, Object.fromEntries(data.specials), data.pattern)
  // The package's glue turns a lone surrogate into U+FFFD as Python's tiktoken does.
  return { encodeOrdinary: (text) => Array.from(encoding.encode_ordinary(text)) }
}
