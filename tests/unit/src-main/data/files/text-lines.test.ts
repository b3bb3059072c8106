import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonStrip } from '../../../../../src-main/data/files/text'
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
})

describe('pythonStrip', () => {
  it("strips what Python's str.strip strips", () => {
    // python: ''.join(chr(c) for c in range(0x110000) if chr(c).isspace())
    const space =
      '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009' +
      '\u200a\u2028\u2029\u202f\u205f\u3000'
    expect(pythonStrip(`${space}a${space}b${space}`)).toBe(`a${space}b`)
    for (const kept of ['\ufeff', '\u200b', '\u180e', '\0']) expect(pythonStrip(kept)).toBe(kept)
  })

  it('strips millions of spaces, and leaves as many between words', () => {
    const spaces = ' '.repeat(3_000_000)
    expect(pythonStrip(`${spaces}a${spaces}b${spaces}`)).toBe(`a${spaces}b`)
    expect(pythonStrip(spaces)).toBe('')
  })
})
