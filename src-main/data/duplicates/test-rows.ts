/**
 * Overlap with the test rows by which nanochat measures models: MMLU's, ARC's and GSM8K's.
 *
 * A conversation overlaps a test row where it holds 13 words in a row of the row's question, as in appendix C of the
 * GPT-3 paper (Brown et al., 2020); only questions are looked for, since choices and the words around them are alike in
 * all of them. A question of fewer words is looked for as a whole message: in the form in which nanochat asks it, or
 * by itself where it has at least 8 words (the paper's lower bound).
 */
import type { Conversation } from '../conversation.schema'
import { questionOf } from '../tasks/multiple-choice'
import { forEachGram, hashOfWords, HashTable } from './grams'
import { WordHashes } from './normalise'
import { textsOf } from './units'

export const GRAM_WORDS = 13
const LEAST_WORDS = 8

/** A test row that a conversation overlaps. */
export interface TestOverlap {
  /** Index of the test, and of the row in it. */
  test: number
  row: number
  /** Share of the question's 13-grams that the conversation holds, 0 to 1; 1 for a whole message. */
  share: number
}

interface Question {
  test: number
  row: number
  /** Number of its 13-grams. */
  grams: number
}

/** The rows of all tests, by what of them is looked for. */
export class TestRows {
  private readonly questions: Question[] = []
  private readonly rowsOf: number[] = []
  private readonly grams = new QuestionsBy(2 ** 16)
  private readonly whole = new QuestionsBy(2 ** 12)
  private readonly words = new WordHashes()
  /** Grams found of each question in the conversation in hand. */
  private readonly found = new Map<number, Set<string>>()

  /** Adds the next row of a test, as the conversation by which nanochat asks it. */
  add(test: number, conversation: Conversation): void {
    const question = this.questions.length
    const row = this.rowsOf[test] ?? 0
    this.rowsOf[test] = row + 1
    const prompt = textsOf(conversation)[0] ?? ''
    const { words } = this
    words.clear()
    words.add(questionOf(prompt))
    const { count } = words
    this.questions.push({ test, row, grams: Math.max(0, count - GRAM_WORDS + 1) })
    if (count >= GRAM_WORDS) {
      this.addGrams(question, count)
      return
    }
    if (count >= LEAST_WORDS) this.addWhole(0, count, question)
    words.add(prompt)
    this.addWhole(count, words.count, question)
  }

  /** The row of each test that a conversation overlaps most. */
  overlaps(words: WordHashes): TestOverlap[] {
    this.found.clear()
    const byTest = new Map<number, TestOverlap>()
    const take = (question: number, share: number): void => {
      const { test, row } = this.questions[question] ?? { test: 0, row: 0 }
      if (share > (byTest.get(test)?.share ?? 0)) byTest.set(test, { test, row, share })
    }
    for (const question of this.wholeMessages(words)) take(question, 1)
    forEachGram(words.hashes, { from: 0, to: words.count, n: GRAM_WORDS }, (low, high) => {
      this.count(this.grams.get(low, high), low, high)
    })
    for (const [question, grams] of this.found) {
      take(question, grams.size / Math.max(1, this.questions[question]?.grams ?? 1))
    }
    return [...byTest.values()]
  }

  private addGrams(question: number, count: number): void {
    forEachGram(this.words.hashes, { from: 0, to: count, n: GRAM_WORDS }, (low, high) => {
      this.grams.add(low, high, question)
    })
  }

  private addWhole(from: number, to: number, question: number): void {
    if (to === from) return
    const { low, high } = hashOfWords(this.words.hashes, from, to)
    this.whole.add(low, high, question)
  }

  private count(questions: readonly number[], low: number, high: number): void {
    if (questions.length === 0) return
    const key = hashKey(low, high)
    for (const question of questions) {
      const grams = this.found.get(question)
      if (grams === undefined) this.found.set(question, new Set([key]))
      else grams.add(key)
    }
  }

  private wholeMessages({ hashes, ends }: WordHashes): number[] {
    const found: number[] = []
    let from = 0
    for (const to of ends) {
      const { low, high } = hashOfWords(hashes, from, to)
      if (to > from) found.push(...this.whole.get(low, high))
      from = to
    }
    return found
  }
}

const NONE: readonly number[] = []

/** Questions by the hash of some of their words, which several may have. */
class QuestionsBy {
  /** The first question with each hash; `more` has the others. */
  private readonly first: HashTable
  private readonly more = new Map<string, number[]>()

  constructor(expected: number) {
    this.first = new HashTable(expected)
  }

  add(low: number, high: number, question: number): void {
    const first = this.first.add(low, high, question)
    if (first === -1 || first === question) return
    const key = hashKey(low, high)
    const others = this.more.get(key)
    if (others === undefined) this.more.set(key, [question])
    else if (others.at(-1) !== question) others.push(question) // questions come in order
  }

  get(low: number, high: number): readonly number[] {
    const first = this.first.get(low, high)
    return first === -1 ? NONE : [first, ...(this.more.get(hashKey(low, high)) ?? NONE)]
  }
}

const hashKey = (low: number, high: number): string => `${String(low)} ${String(high)}`
