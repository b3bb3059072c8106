import { describe, expect, it } from 'vitest'
import { compared } from '../../../../../src-main/data/duplicates/marks'
import type { MarkedConversation } from '../../../../../src-main/data/duplicates/findings.schema'
import { wordRanges } from '../../../../../src-main/data/duplicates/normalise'
import { said } from './conversations'

/** The marked texts of a side, part by part. */
const marked = (side: MarkedConversation): string[][] =>
  side.flatMap(({ parts }) =>
    parts.map(({ text, marks }) =>
      marks.flatMap((start, i) => (i % 2 === 0 ? [text.slice(start, marks[i + 1])] : [])),
    ),
  )

describe('compared', () => {
  it('marks the words that differ, and not how they are written', () => {
    const { one, other } = compared(
      said('Count: one two three four five six seven eight.', 'Nine'),
      said('COUNT one, two, three four 5 six seven eight', 'nine!'),
      { n: 2, marked: 'differs' },
    )
    expect(marked(one)).toEqual([['five'], []])
    expect(marked(other)).toEqual([['5'], []])
  })

  it('marks the words that are shared in long enough runs', () => {
    const { one, other } = compared(
      said('so a b c d and then b c'),
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x A-b' },
              { type: 'python', text: 'c d' },
            ],
          },
        ],
      },
      { n: 3, marked: 'shared' },
    )
    expect(marked(one)).toEqual([['a b c d'], []])
    expect(marked(other)).toEqual([['A-b'], ['c d']])
    expect(other[0]?.parts.map(({ text }) => text)).toEqual(['x A-b', 'c d'])
  })

  it('takes texts shorter than a run as wholes, and texts without words', () => {
    expect(marked(compared(said('a b'), said('A, B'), { n: 5, marked: 'shared' }).one)).toEqual([['a b'], []])
    expect(marked(compared(said('?'), said('a'), { n: 5, marked: 'differs' }).other)).toEqual([['a'], []])
  })

  it('shows the beginning of a very long text', () => {
    const [part] =
      compared(said('word '.repeat(10_000)), said('other'), { n: 5, marked: 'differs' }).one[0]?.parts ?? []
    expect(part?.text).toHaveLength(20_000)
    expect(part?.more).toBe(30_000)
    expect(part?.marks).toEqual([0, 20_000])
  })
})

it('ranges of words are those of the text as it is written', () => {
  const text = 'The ½ cup, 漢字™ — 🙂!'
  const words = wordRanges(text).map(({ start, end }) => text.slice(start, end))
  expect(words).toEqual(['The', '½', 'cup', '漢', '字', '™', '—', '🙂'])
})
