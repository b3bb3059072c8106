import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../../src-main/data/conversation.schema'
import { findDuplicates, NEAR, type Found } from '../../../../../src-main/data/duplicates/find'
import { shinglesOf } from '../../../../../src-main/data/duplicates/grams'
import { jaccard, shingleSet } from '../../../../../src-main/data/duplicates/minhash'
import { WordHashes } from '../../../../../src-main/data/duplicates/normalise'
import type { Conversations } from '../../../../../src-main/data/duplicates/units'
import { madeMixture, said, WordDrawer } from './conversations'

function find(train: Conversations, val: Conversations | null = null): Promise<Found> {
  const looking = { signal: new AbortController().signal, progress: () => undefined }
  return findDuplicates({ train, val }, [], looking)
}

const among = (conversations: readonly Conversation[]): Promise<Found> => find(madeMixture({ conversations }))

function similarity(a: string, b: string): number {
  const set = (text: string): Uint32Array => {
    const words = new WordHashes()
    words.add(text)
    const shingles = new Uint32Array(words.count + 1)
    return shingleSet(shingles, shinglesOf(words.hashes, words.count, shingles))
  }
  return jaccard(set(a), set(b))
}

describe('exact duplicates', () => {
  it('are found wherever they stand and however they are written', async () => {
    const written = fc.constantFrom<(text: string) => string>(
      (text) => text.toUpperCase(),
      (text) => `  ${text.replaceAll(' ', '\n\t')}!`,
      (text) => text.replaceAll(' ', ' — '),
      (text) => text.normalize('NFD'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(9), written), { minLength: 1, maxLength: 30 }),
        fc.integer(),
        async (rows, seed) => {
          const drawer = new WordDrawer(Math.abs(seed))
          const texts = Array.from({ length: 10 }, (_, i) => `é${drawer.text(1 + 3 * i)}`)
          const found = await among(rows.map(([text, write]) => said(write(texts[text] ?? ''))))
          const first = new Map<number, number>()
          const expected = rows.flatMap(([text], unit) => {
            const other = first.get(text)
            if (other === undefined) first.set(text, unit)
            return other === undefined ? [] : [{ unit, other, similarity: 1 }]
          })
          expect(found.exact).toEqual(expected)
          expect(found.near).toEqual([])
        },
      ),
      { numRuns: 50 },
    )
  })

  it('are compared by their characters where they have no words', async () => {
    const { exact } = await among(['🙂', '🙃', '?', '🙂', '', ''].map((text) => said(text)))
    expect(exact.map(({ unit, other }) => [unit, other])).toEqual([
      [3, 0],
      [5, 4],
    ])
  })

  it('are not the repeats of an entry, nor rows that are listed again on purpose', async () => {
    const drawer = new WordDrawer(1)
    const conversations = Array.from({ length: 6 }, () => said(drawer.text(20)))
    const found = await find(
      madeMixture(
        { conversations, identity: 'same', repeat: 3 },
        { conversations, identity: 'same', start: 1, step: 2 },
        { conversations: conversations.slice(4), identity: 'other' },
      ),
    )
    expect([found.train.length, found.train.listedAgain]).toEqual([8, 3])
    expect(found.exact.map(({ unit, other }) => [unit, other])).toEqual([
      [6, 4],
      [7, 5],
    ])
    // Row 5 of the dataset is row 5 of the first entry and row 2 of the second, which begins at 1 and takes every other.
    expect(found.train.places(5)).toEqual([
      [0, 5],
      [1, 2],
    ])
    expect(found.train.places(6)).toEqual([[2, 0]])
  })
})

describe('near duplicates', () => {
  it('are found above the threshold, and nothing else is', async () => {
    const drawer = new WordDrawer(7)
    const conversations: Conversation[] = []
    const pairs: { unit: number; of: number; alike: number }[] = []
    for (let i = 0; i < 400; i++) {
      const words = drawer.words(40 + drawer.below(300))
      const changed = [...words]
      for (let n = drawer.below(Math.ceil(words.length / 16)); n >= 0; n--) {
        changed[drawer.below(words.length)] = 'other'
      }
      const alike = similarity(words.join(' '), changed.join(' '))
      conversations.push(said(words.join(' ')), said(changed.join(' ')))
      pairs.push({ unit: 2 * i + 1, of: 2 * i, alike })
    }
    const { near } = await among(conversations)
    const found = new Map(near.map((match) => [match.unit, match]))
    const above = pairs.filter(({ alike }) => alike >= NEAR)
    const below = pairs.filter(({ alike }) => alike < NEAR)
    expect(Math.min(above.length, below.length)).toBeGreaterThan(50)
    for (const { unit } of below) expect(found.has(unit)).toBe(false)
    const missed = above.filter(({ unit }) => !found.has(unit))
    expect(missed.length / above.length).toBeLessThan(0.02)
    for (const { unit, of, alike } of above) {
      const match = found.get(unit)
      if (match) expect(match).toEqual({ unit, other: of, similarity: alike })
    }
  })

  it('bring the copies of their own with them', async () => {
    const words = new WordDrawer(3).words(100)
    const [first, changed] = [words.join(' '), [...words.slice(0, 99), 'end'].join(' ')]
    const { exact, near } = await among([first, changed, changed.toUpperCase()].map((text) => said(text)))
    expect(exact.map(({ unit, other }) => [unit, other])).toEqual([[2, 1]])
    expect(near.map(({ unit, other }) => [unit, other])).toEqual([
      [1, 0],
      [2, 0],
    ])
  })

  it('are found among thousands that share half of their words', async () => {
    const drawer = new WordDrawer(11)
    const template = drawer.text(60)
    const own = Array.from({ length: 3000 }, () => drawer.text(60))
    const texts = [...own, `${own[2999] ?? ''} more`, `${own[0] ?? ''} more`]
    const { near } = await among(texts.map((text) => said(template, text)))
    expect(near.map(({ unit, other }) => [unit, other])).toEqual([
      [3000, 2999],
      [3001, 0],
    ])
  }, 30_000)
})

it('finds conversations of train that val has too, each among itself as well', async () => {
  const drawer = new WordDrawer(5)
  const [shared, own, both] = [drawer.text(50), drawer.text(50), drawer.text(50)]
  const train = madeMixture({ conversations: [shared, own, `${both} end`, both].map((text) => said(text)) })
  const val = madeMixture({ conversations: [drawer.text(9), both, shared, shared].map((text) => said(text)) })
  const { val_train, near, exact } = await find(train, val)
  expect(val_train.map(({ unit, other }) => [unit, other])).toEqual([
    [0, 2],
    [2, 1],
    [3, 1],
  ])
  expect(val_train.map((match) => match.similarity === 1)).toEqual([true, false, true])
  expect(near.map(({ unit, other }) => [unit, other])).toEqual([[3, 2]])
  expect(exact).toEqual([])
})

describe('a long search', () => {
  const drawer = new WordDrawer(2)
  const mixture = madeMixture({
    conversations: Array.from({ length: 20_000 }, () => said(drawer.text(60))),
  })

  it('says how far it is, and reads each conversation once where none is like another', async () => {
    const said: [string, number, number | null][] = []
    mixture.reads = 0
    await findDuplicates({ train: mixture, val: null }, [], {
      signal: new AbortController().signal,
      progress: ({ what, done, total }) => said.push([what, done, total]),
    })
    expect(mixture.reads).toBe(20_000)
    expect(said.length).toBeGreaterThan(2)
    expect(said.at(-1)).toEqual(['Comparing', 20_000, 20_000])
  })

  it('ends soon after it is cancelled', async () => {
    const controller = new AbortController()
    mixture.reads = 0
    const search = findDuplicates({ train: mixture, val: null }, [], {
      signal: controller.signal,
      progress: () => {
        controller.abort()
      },
    })
    await expect(search).rejects.toThrow(/abort/)
    expect(mixture.reads).toBeLessThan(20_000)
  })
})
