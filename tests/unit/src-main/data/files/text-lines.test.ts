import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { streamLines } from '../../../../../src-main/data/files/text-lines'
import { failureOf } from '../../../../support/failure'

async function* inBlocks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function linesOf(text: string | Buffer, size = 1000): Promise<string[]> {
  const found: string[] = []
  for await (const line of streamLines(inBlocks(Buffer.from(text), size), 'a.txt')) found.push(line.text)
  return found
}

describe('streamLines', () => {
  // What Python's `[line.rstrip('\n') for line in open(path, encoding='utf-8')]` gives.
  it.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\rc\r', ['a', 'b', 'c']],
    ['\r\r\n\n', ['', '', '']],
    ['a\u2028b\u0085c\f\v', ['a\u2028b\u0085c\f\v']],
    ['\ufeffa', ['\ufeffa']],
  ])('splits %j as Python does', async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines)
  })

  it('does not depend on where blocks end', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\r', '\n', '\r\n'), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (pieces, size) => {
        expect(await linesOf(pieces.join(''), size)).toEqual(await linesOf(pieces.join('')))
      }),
    )
  })

  it('names the line that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('a\r\nb\n'), Buffer.from([0xc3, 0x28, 0x0a])])
    const failure = await failureOf(() => linesOf(bytes, 2))
    expect(failure.code).toBe('data.not-utf8')
    expect(failure.message).toContain('a.txt, line 3')
  })

  it('says of a compressed file that it is one', async () => {
    const failure = await failureOf(() => linesOf(gzipSync('[]\n')))
    expect(failure).toMatchObject({
      code: 'data.compressed',
      message: 'a.txt: the file is compressed (gzip).',
    })
    expect(failure.remedy).toContain('Decompress')
  })
})
