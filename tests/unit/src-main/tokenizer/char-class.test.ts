import { Tiktoken } from 'tiktoken/lite'
import { expect, it } from 'vitest'
import { CHAR_CLASS, LETTER, NEWLINE, NUMBER, SPACE } from '../../../../src-main/tokenizer/char-class'

const singleBytes = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]).toString('base64'))

/** The code points of `text` that tiktoken's regex engine matches. */
function matched(pattern: string, text: string): Set<string> {
  const encoding = new Tiktoken(`! 0 ${singleBytes.join(' ')}`, {}, pattern)
  const bytes = encoding.decode(encoding.encode_ordinary(text))
  encoding.free()
  return new Set(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
}

it.each([
  ['\\p{L}', [LETTER]],
  ['\\p{N}', [NUMBER]],
  ['\\s', [SPACE, NEWLINE]],
  ['[\\r\\n]', [NEWLINE]],
])("agrees with tiktoken's %s on every code point", (pattern, classes) => {
  const wrong: string[] = []
  for (let start = 0; start < 0x110000; start += 0x4000) {
    const codes = Array.from({ length: 0x4000 }, (_, i) => start + i).filter((c) => c < 0xd800 || c > 0xdfff)
    const theirs = matched(pattern, String.fromCodePoint(...codes))
    for (const code of codes) {
      const ours = classes.includes(CHAR_CLASS[code] ?? -1)
      if (ours !== theirs.has(String.fromCodePoint(code))) wrong.push(code.toString(16))
    }
  }
  expect(wrong).toEqual([])
})
