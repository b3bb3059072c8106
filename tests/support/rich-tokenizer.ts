/**
 * A tokenizer of 65,536 tokens for tests: cl100k's first ranks, from the tiktoken package, under the reference's split
 * pattern and special tokens. The golden one has 723 tokens and merges little.
 */
import { z } from 'zod'
import cl100k from 'tiktoken/encoders/cl100k_base.json'
import type { EncodingData } from '../../src-main/tokenizer/encoding-file'
import { SPECIAL_NAMES } from '../../src-main/tokenizer/tokenizer'
import { readGolden } from './golden'

const VOCABULARY = 65_536

export function richEncoding(): EncodingData {
  const { pat_str: pattern } = readGolden('ranks.json', z.object({ pat_str: z.string() }))
  const count = VOCABULARY - SPECIAL_NAMES.length
  // Each line is `! first-rank token token …`.
  const tokens = cl100k.bpe_ranks.split('\n').flatMap((line) => line.split(' ').slice(2))
  return {
    name: 'rich',
    pattern,
    tokens: tokens.slice(0, count).map((token) => Uint8Array.from(Buffer.from(token, 'base64'))),
    specials: new Map(SPECIAL_NAMES.map((name, i) => [name, count + i])),
  }
}
