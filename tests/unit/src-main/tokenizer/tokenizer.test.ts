import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readEncoding } from '../../../../src-main/tokenizer/encoding-file'
import {
  createTokenizer,
  loadTokenizer,
  SPECIAL_NAMES,
  type Tokenizer,
} from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenPath, readGolden } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

const DIR = goldenPath('nanochat_base/tokenizer')
const tokenizer = await loadTokenizer(DIR)
const texts = readGolden('encode.json', z.array(z.object({ text: z.string(), ids: z.array(z.int()) })))

function copyOfGolden(): string {
  const dir = join(temporaryFolder(), 'tokenizer')
  cpSync(DIR, dir, { recursive: true })
  return dir
}

describe('the golden tokenizer', () => {
  it.each(texts)('encodes and decodes %j', ({ text, ids }) => {
    expect([...tokenizer.encodeOrdinary(text)]).toEqual(ids)
    expect(tokenizer.decode(ids)).toBe(text)
  })

  it('has the reference vocabulary', () => {
    expect(tokenizer.vocabSize).toBe(723)
    expect(Object.keys(tokenizer.specials)).toEqual([...SPECIAL_NAMES])
    expect(Object.values(tokenizer.specials)).toEqual([714, 715, 716, 717, 718, 719, 720, 721, 722])
    const golden = readGolden('token_bytes.json', z.object({ token_bytes: z.array(z.int()) }))
    expect([...tokenizer.byteLengths]).toEqual(golden.token_bytes)
  })

  it('shows single tokens', () => {
    const [half = 0] = tokenizer.encodeOrdinary('\u{10ffff}')
    expect(tokenizer.piece(714)).toBe('<|bos|>')
    expect(tokenizer.piece(97)).toBe('a')
    expect(tokenizer.piece(half)).toBe('\\xf4')
    expect([...tokenizer.bytes(half)]).toEqual([0xf4])
    expect(tokenizer.decode([half])).toBe('\ufffd')
  })

  it('decodes special tokens as their names, and keeps a leading byte order mark', () => {
    expect(tokenizer.decode([714, 97])).toBe('<|bos|>a')
    expect(tokenizer.decode(tokenizer.encodeOrdinary('\ufeffa'))).toBe('\ufeffa')
  })

  it('refuses ids outside the vocabulary', async () => {
    for (const id of [723, -1]) {
      expect((await failureOf(() => tokenizer.decode([id]))).code).toBe('tokenizer.unknown-id')
    }
  })
})

describe('the fingerprint', () => {
  it('is the same for the same files and differs with the pattern, a rank or a special token', async () => {
    const data = await readEncoding(join(DIR, 'tokenizer.pkl'))
    const of = (change: Partial<typeof data>): Tokenizer =>
      createTokenizer({ ...data, ...change }, tokenizer.byteLengths, 'x')
    const [first, second, ...rest] = data.tokens.slice(300)
    if (first === undefined || second === undefined) throw new Error('too few tokens')
    const swapped = [...data.tokens.slice(0, 300), second, first, ...rest]
    const specials = new Map([...data.specials].map(([name, id]) => [name, 714 + 722 - id]))
    expect(of({}).fingerprint).toBe(tokenizer.fingerprint)
    const others = [
      of({ pattern: data.pattern.replace('{1,2}', '{1,3}') }),
      of({ tokens: swapped }),
      of({ specials }),
    ].map((one) => one.fingerprint)
    expect(new Set([tokenizer.fingerprint, ...others]).size).toBe(4)
  })
})

describe('loadTokenizer', () => {
  it('says which file is missing', async () => {
    for (const name of ['tokenizer.pkl', 'token_bytes.pt']) {
      const dir = copyOfGolden()
      rmSync(join(dir, name))
      const failure = await failureOf(() => loadTokenizer(dir))
      expect(failure.code).toBe('tokenizer.missing')
      expect(failure.message).toContain(join(dir, name))
    }
  })

  it('refuses a pickle that calls something', async () => {
    const dir = copyOfGolden()
    // python: class A: __reduce__ = lambda self: (os.system, ('touch /tmp/owned',))
    const evil = Buffer.from('\x80\x02cposix\nsystem\nX\x10\0\0\0touch /tmp/owned\x85R.', 'latin1')
    writeFileSync(join(dir, 'tokenizer.pkl'), evil)
    const failure = await failureOf(() => loadTokenizer(dir))
    expect(failure.code).toBe('pickle.refused')
    expect(failure.message).toContain('posix.system')
  })

  it('refuses a split pattern it does not know', async () => {
    const data = await readEncoding(join(DIR, 'tokenizer.pkl'))
    const failure = await failureOf(() =>
      createTokenizer({ ...data, pattern: '\\w+' }, tokenizer.byteLengths, 'x'),
    )
    expect(failure.message).toContain('\\w+')
  })

  it('refuses a tokenizer without one of the special tokens', async () => {
    const data = await readEncoding(join(DIR, 'tokenizer.pkl'))
    const specials = new Map([...data.specials].filter(([name]) => name !== '<|output_end|>'))
    const failure = await failureOf(() => createTokenizer({ ...data, specials }, tokenizer.byteLengths, 'x'))
    expect(failure.message).toContain('<|output_end|>')
  })
})
