/** An answer's tokens as text: characters of several tokens, the calculator's parts, and the way back through rendering. */
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { renderConversation } from '../../../../src-main/tokenizer/render'
import { contentOf, SpokenReader } from '../../../../src-main/tokenizer/spoken'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenTokenizerDir } from '../../../support/golden-mixture'

const tokenizer = await loadTokenizer(goldenTokenizerDir)
const { specials } = tokenizer

function read(ids: readonly number[]): { text: string; parts: string[]; pieces: string[] } {
  const reader = new SpokenReader(tokenizer)
  const spoken = ids.map((id) => reader.read(id))
  return {
    text: spoken.map(({ text }) => text).join('') + reader.rest(),
    parts: spoken.map(({ part }) => part),
    pieces: spoken.map(({ piece }) => piece),
  }
}

test('the pieces of a text are the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const ids = [...tokenizer.encodeOrdinary(text)]
      expect(read(ids).text).toBe(text)
      expect(contentOf(tokenizer, ids)).toBe(text)
    }),
  )
})

test('a character is held back until its bytes are complete, and shown as unknown where they never are', () => {
  const ids = [...tokenizer.encodeOrdinary('🙂')]
  expect(ids.length).toBeGreaterThan(1) // else this tests nothing
  const reader = new SpokenReader(tokenizer)
  const spoken = ids.map((id) => reader.read(id))
  expect(spoken.map(({ text }) => text)).toEqual([...ids.slice(1).map(() => ''), '🙂'])
  expect(spoken[0]?.piece).toMatch(/^\\x/)
  expect(read(ids.slice(0, -1)).text).toBe('\ufffd')
  expect(read([...ids.slice(0, -1), specials['<|python_start|>'], 7]).text).toMatch(/^\ufffd./)
})

test('what is asked of the calculator and what it says are parts, with the tokens that open and close them', () => {
  const say = (text: string): number[] => [...tokenizer.encodeOrdinary(text)]
  const [asked, result] = [say('1+1'), say('2')]
  const ids = [
    ...[...say('It'), specials['<|python_start|>'], ...asked, specials['<|python_end|>']],
    ...[specials['<|output_start|>'], ...result, specials['<|output_end|>'], ...say('!')],
  ]
  const { text, parts, pieces } = read(ids)
  expect(text).toBe('It1+12!')
  expect(pieces).toContain('<|python_start|>')
  const count = (part: string): number => parts.filter((each) => each === part).length
  expect(count('python')).toBe(asked.length + 2)
  expect(count('python_output')).toBe(result.length + 2)
  const content = contentOf(tokenizer, ids)
  expect(content).toEqual([
    { type: 'text', text: 'It' },
    { type: 'python', text: '1+1' },
    { type: 'python_output', text: '2' },
    { type: 'text', text: '!' },
  ])
  const rendered = renderConversation(tokenizer, {
    messages: [
      { role: 'user', content: '' },
      { role: 'assistant', content },
    ],
  })
  expect([...rendered.ids.slice(-1 - ids.length, -1)]).toEqual(ids)
})

test('other special tokens have no place in a content, and an id that is none is named', async () => {
  expect(contentOf(tokenizer, [specials['<|user_start|>'], ...tokenizer.encodeOrdinary('a')])).toBe('a')
  expect(read([specials['<|user_start|>']])).toEqual({
    text: '',
    parts: ['text'],
    pieces: ['<|user_start|>'],
  })
  expect((await failureOf(() => contentOf(tokenizer, [99_999]))).code).toBe('tokenizer.unknown-id')
})
