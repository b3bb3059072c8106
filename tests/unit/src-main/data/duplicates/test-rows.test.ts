import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../../src-main/data/conversation.schema'
import { readWords } from '../../../../../src-main/data/duplicates/find'
import { WordHashes } from '../../../../../src-main/data/duplicates/normalise'
import { TestRows, type TestOverlap } from '../../../../../src-main/data/duplicates/test-rows'
import { multipleChoice } from '../../../../../src-main/data/tasks/multiple-choice'
import { said } from './conversations'

const LONG =
  'A train leaves the station at noon with 40 people. Half of them leave at the first stop, and twice as many get on. How many people are on the train?'
const SHORT = 'Which planet of our solar system is the closest to the sun?'
const TINY = 'Which of these is true?'
const choices = ['Mercury', 'Venus', 'Earth', 'Mars']

const tests = new TestRows()
tests.add(0, multipleChoice(SHORT, ['A', 'B', 'C', 'D'], choices, 'A'))
tests.add(0, multipleChoice(TINY, ['A', 'B', 'C', 'D'], choices, 'A'))
tests.add(1, said('Something else that is asked, of no more words than thirteen in all'))
tests.add(1, said(LONG))

function overlaps(conversation: Conversation): TestOverlap[] {
  const words = new WordHashes()
  readWords(conversation, words)
  return tests.overlaps(words)
}

describe('a question of 13 words or more', () => {
  it('is found by 13 of them in a row, with the share that is there', () => {
    expect(overlaps(said(`Hello. ${LONG.toUpperCase()} Well?`))).toEqual([{ test: 1, row: 1, share: 1 }])
    const words = LONG.split(' ')
    const [only] = overlaps(said('What next?', words.slice(3, 16).join(', ')))
    expect(only).toMatchObject({ test: 1, row: 1 })
    expect(only?.share).toBeCloseTo(1 / (words.length - 12))
    expect(overlaps(said(words.slice(3, 15).join(' '), words.slice(20).join(' ')))).toEqual([])
  })
})

describe('a shorter question', () => {
  it('is found as a whole message, by itself or as nanochat asks it', () => {
    expect(overlaps(said(SHORT, 'Mercury'))).toEqual([{ test: 0, row: 0, share: 1 }])
    expect(overlaps(multipleChoice(SHORT, ['A', 'B', 'C', 'D'], choices, 'B'))).toHaveLength(1)
    expect(overlaps(said(`Tell me: ${SHORT}`))).toEqual([])
    expect(overlaps(multipleChoice(SHORT, ['A', 'B'], ['Mars', 'Venus'], 'B'))).toEqual([])
  })
  it('of fewer than 8 words counts with its choices only', () => {
    expect(overlaps(said(TINY, 'Nothing.'))).toEqual([])
    expect(overlaps(multipleChoice(TINY, ['A', 'B', 'C', 'D'], choices, 'C'))).toEqual([
      { test: 0, row: 1, share: 1 },
    ])
  })
})

it('names each test that asks the same short question', () => {
  const same = new TestRows()
  const asked = multipleChoice(SHORT, ['A', 'B', 'C', 'D'], choices, 'A')
  for (const test of [0, 1, 1, 2]) same.add(test, asked)
  const hashes = new WordHashes()
  for (const conversation of [said(SHORT, 'Mercury'), asked]) {
    readWords(conversation, hashes)
    expect(same.overlaps(hashes)).toEqual([0, 1, 2].map((test) => ({ test, row: 0, share: 1 })))
  }
})

it('names of each test the row that overlaps most', () => {
  const two = new TestRows()
  const words = Array.from({ length: 40 }, (_, i) => `w${String(i)}`)
  two.add(0, said(words.slice(0, 30).join(' ')))
  two.add(0, said(words.slice(10, 40).join(' ')))
  two.add(1, said(words.slice(0, 15).join(' ')))
  const hashes = new WordHashes()
  readWords(said(words.slice(8, 40).join(' ')), hashes)
  expect(two.overlaps(hashes)).toEqual([{ test: 0, row: 1, share: 1 }])
  readWords(said(words.join(' ')), hashes)
  expect(two.overlaps(hashes).map(({ test }) => test)).toEqual([0, 1])
})
