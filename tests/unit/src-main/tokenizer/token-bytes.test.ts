import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countingText } from '../../../../src-main/byte-counting'
import { readEncoding } from '../../../../src-main/tokenizer/encoding-file'
import { readTokenBytes, requireTokenLengths } from '../../../../src-main/tokenizer/token-bytes'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

const GOLDEN = goldenPath('nanochat_base/tokenizer/token_bytes.pt')

/** The golden file with the first occurrence of some bytes replaced by as many others, and no checksums. */
function patched(from: string, to: string): string {
  const bytes = readFileSync(GOLDEN)
  const at = bytes.indexOf(from, 0, 'latin1')
  bytes.write(to, at, 'latin1')
  clearChecksums(bytes)
  const path = join(temporaryFolder(), 'token_bytes.pt')
  writeFileSync(path, bytes)
  return path
}

/** As torch writes it where it was told not to compute any: the directory says 0. */
function clearChecksums(bytes: Buffer): void {
  const signature = Buffer.from([0x50, 0x4b, 1, 2])
  for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 4))
    bytes.fill(0, at + 16, at + 20)
}

it('refuses a vector of another length than the vocabulary', async () => {
  const failure = await failureOf(() => readTokenBytes(GOLDEN, 724))
  expect(failure.code).toBe('tokenizer.invalid')
  expect(failure.message).toContain('724')
})

it('refuses another element type', async () => {
  const failure = await failureOf(() => readTokenBytes(patched('IntStorage', 'ByteStorag'), 723))
  expect(failure.code).toBe('pickle.refused')
  expect(failure.message).toContain('torch.ByteStorag')
})

it('refuses another function in place of the tensor', async () => {
  const failure = await failureOf(() =>
    readTokenBytes(patched('_rebuild_tensor_v2', '_rebuild_tensor_v9'), 723),
  )
  expect(failure.message).toContain('torch._utils._rebuild_tensor_v9')
})

it('refuses big-endian data', async () => {
  const failure = await failureOf(() => readTokenBytes(patched('little', 'bigend'), 723))
  expect(failure.message).toContain('byte order')
})

describe('damage', () => {
  const dir = goldenPath('nanochat_base/tokenizer')

  /** A copy of the tokenizer's folder with the length of one token changed. */
  function withLength(id: number, length: number, checksums: 'kept' | 'cleared'): string {
    const copy = temporaryFolder()
    cpSync(dir, copy, { recursive: true })
    const bytes = readFileSync(GOLDEN)
    // the vector lies in one piece: it begins with the lengths of the first tokens, one byte each
    const vector = bytes.indexOf(Buffer.from(Int32Array.of(1, 1, 1, 1, 1, 1, 1, 1).buffer))
    bytes.writeInt32LE(length, vector + 4 * id)
    if (checksums === 'cleared') clearChecksums(bytes)
    writeFileSync(join(copy, 'token_bytes.pt'), bytes)
    return copy
  }

  it('of one bit is seen by the checksum', async () => {
    const failure = await failureOf(() => loadTokenizer(withLength(300, 1 << 20, 'kept')))
    expect(failure.code).toBe('tokenizer.invalid')
    expect(failure.message).toMatch(/token_bytes\.pt: the bytes of .*data\/0 are not those that were saved/)
  })

  it.each([
    [40, -1, 'it counts -1 bytes for token 40, which has 1'],
    [300, 1 << 20, 'it counts 1048576 bytes for token 300, which has '],
    [715, 5, 'it counts 5 bytes for <|user_start|>; a special token has 0'],
  ])('without checksums, token %i of %i bytes contradicts the tokenizer', async (id, length, message) => {
    const failure = await failureOf(() => loadTokenizer(withLength(id, length, 'cleared')))
    expect(failure.code).toBe('tokenizer.invalid')
    expect(failure.message).toContain(message)
  })

  it('is not seen where there is none, with checksums or without', async () => {
    const { byteLengths } = await loadTokenizer(dir)
    expect((await loadTokenizer(withLength(40, 1, 'cleared'))).byteLengths).toEqual(byteLengths)
  })

  it('is none where a file counts in nanochat’s other way, but one file counts in one way', async () => {
    const encoding = await readEncoding(join(dir, 'tokenizer.pkl'))
    const { byteLengths } = await loadTokenizer(dir)
    const own = Int32Array.from({ length: byteLengths.length }, (_, id) => encoding.tokens[id]?.length ?? 0)
    const differ = [...own.keys()].filter((id) => own[id] !== byteLengths[id])
    expect(differ.length).toBeGreaterThan(100) // bytes that are no text by themselves
    const counted = { differing: differ.length, vocabSize: 723 }
    expect(requireTokenLengths(own, encoding, 'token_bytes.pt')).toEqual({ by: 'bytes', ...counted })
    expect(requireTokenLengths(byteLengths, encoding, 'token_bytes.pt')).toEqual({ by: 'text', ...counted })
    const mixed = byteLengths.slice()
    const [one = 0] = differ
    mixed[one] = own[one] ?? 0
    const failure = await failureOf(() => {
      requireTokenLengths(mixed, encoding, 'token_bytes.pt')
    })
    expect(failure.message).toMatch(/it counts \d bytes? for token \d+, which has \d or \d/)
  })

  it('a tokenizer of whole characters alone counts the same in either way', () => {
    const tokens = ['a', 'é', ' the'].map((text) => new TextEncoder().encode(text))
    const counting = requireTokenLengths(
      Int32Array.of(1, 2, 4, 0),
      { tokens, specials: new Map([['<|bos|>', 3]]) },
      'x',
    )
    expect(counting).toEqual({ by: 'either', differing: 0, vocabSize: 4 })
    expect(countingText(counting)).toBeNull()
  })
})

it('says of a folder how its file counts', async () => {
  const { counting } = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
  const sentence = /^token_bytes\.pt counts the text of each token, .* \d+ of 723 tokens/
  expect(counting && countingText(counting)).toMatch(sentence)
  expect(counting && countingText({ ...counting, by: 'bytes' })).toMatch(/since 2ce972a .* slightly higher/)
})
