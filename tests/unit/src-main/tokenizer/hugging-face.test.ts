/**
 * tokenizer.json, read by a small reader of its own: vocabulary, split pattern and merges as `tokenizers` uses them. That
 * Python's `tokenizers` gives the same ids is tried in runs/checkpoint-export.test.ts where it is installed.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { EncodingData } from '../../../../src-main/tokenizer/encoding-file'
import { readEncoding } from '../../../../src-main/tokenizer/encoding-file'
import { tokenizerJson } from '../../../../src-main/tokenizer/hugging-face'
import { createTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { goldenPath } from '../../../support/golden'

const file = z.object({
  added_tokens: z.array(z.object({ id: z.int(), content: z.string(), special: z.literal(true) })),
  pre_tokenizer: z.object({
    pretokenizers: z.tuple([
      z.object({
        type: z.literal('Split'),
        pattern: z.object({ Regex: z.string() }),
        behavior: z.literal('Isolated'),
      }),
      z.object({
        type: z.literal('ByteLevel'),
        add_prefix_space: z.literal(false),
        use_regex: z.literal(false),
      }),
    ]),
  }),
  model: z.object({
    type: z.literal('BPE'),
    ignore_merges: z.literal(true),
    vocab: z.record(z.string(), z.int()),
    merges: z.array(z.tuple([z.string(), z.string()])),
  }),
})

/** The characters of byte-level BPE, as GPT-2 published them: the printable ones first, then the others from U+0100. */
const printed = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)]
const others = range(0, 0xff).filter((byte) => !printed.includes(byte))
const characters = new Map<number, string>([
  ...printed.map((byte): [number, string] => [byte, String.fromCharCode(byte)]),
  ...others.map((byte, at): [number, string] => [byte, String.fromCharCode(0x100 + at)]),
])

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

const written = (bytes: Uint8Array): string => [...bytes].map((byte) => characters.get(byte) ?? '').join('')

/** Ids of a piece by the merges alone: the merge that stands first of those possible, its first place, and again. */
function mergedIds({ vocab, merges }: z.infer<typeof file>['model'], piece: string): number[] {
  const whole = vocab[piece]
  if (whole !== undefined) return [whole]
  const ranks = new Map(merges.map(([left, right], rank) => [`${left} ${right}`, rank]))
  const parts = [...piece]
  for (;;) {
    const found = parts.slice(1).map((part, at) => ranks.get(`${parts[at] ?? ''} ${part}`) ?? Infinity)
    const best = Math.min(...found)
    if (best === Infinity) return parts.map((part) => vocab[part] ?? -1)
    const at = found.indexOf(best)
    parts.splice(at, 2, `${parts[at] ?? ''}${parts[at + 1] ?? ''}`)
  }
}

const data = await readEncoding(goldenPath('nanochat_base/tokenizer/tokenizer.pkl'))
const read = file.parse(JSON.parse(JSON.stringify(tokenizerJson(data))))

describe('tokenizer.json', () => {
  it('has every token under its id, and the special ones after them', () => {
    expect(Object.keys(read.model.vocab)).toHaveLength(data.tokens.length)
    for (const [id, bytes] of data.tokens.entries()) expect(read.model.vocab[written(bytes)]).toBe(id)
    expect(read.added_tokens.map(({ id, content }) => [content, id])).toEqual([...data.specials])
  })

  it('splits by the reference’s pattern', () => {
    expect(read.pre_tokenizer.pretokenizers[0].pattern.Regex).toBe(data.pattern)
  })

  it('merges to the ids that our encoder gives', () => {
    const tokenizer = tokenizerOf(data)
    // Lower-case words are one piece each, so that the pattern plays no part.
    const word = fc.string({
      unit: fc.constantFrom('e', 't', 'a', 'o', 'n', 'r', 'i', 's', 'h'),
      minLength: 1,
      maxLength: 24,
    })
    fc.assert(
      fc.property(word, (text) => {
        const piece = written(new TextEncoder().encode(text))
        expect(mergedIds(read.model, piece)).toEqual([...tokenizer.encodeOrdinary(text)])
      }),
      { numRuns: 300 },
    )
    const words = readFileSync(goldenPath('nanochat_base/words_alpha.txt'), 'utf8')
      .split(/\r?\n/)
      .slice(0, 500)
    for (const text of words.filter((each) => each !== '')) {
      expect(mergedIds(read.model, text)).toEqual([...tokenizer.encodeOrdinary(text)])
    }
  })
})

function tokenizerOf(encoding: EncodingData) {
  return createTokenizer(encoding, new Int32Array(encoding.tokens.length + encoding.specials.size), 'golden')
}
