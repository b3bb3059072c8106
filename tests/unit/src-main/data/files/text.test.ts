import { describe, expect, it } from 'vitest'
import { pythonStrip } from '../../../../../src-main/data/files/text'

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
