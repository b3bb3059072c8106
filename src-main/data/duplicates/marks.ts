/** Two conversations side by side: which of their words they share, as ranges of the texts as they are written. */
import type { Conversation } from '../conversation.schema'
import type { MarkedConversation } from './findings.schema'
import { forEachGram } from './grams'
import { wordRanges, WordHashes } from './normalise'

/** Characters of a part that are shown. */
const MOST_SHOWN = 20_000

/** The words of a conversation, each with the part and the range that it comes from. */
interface Words {
  hashes: WordHashes
  /** [words] */
  part: number[]
  start: number[]
  end: number[]
}

/**
 * Both conversations, with marks at the words that they share in runs of at least `n`, or at the others.
 * @param n words of a run
 */
export function compared(
  one: Conversation,
  other: Conversation,
  { n, marked }: { n: number; marked: 'differs' | 'shared' },
): { one: MarkedConversation; other: MarkedConversation } {
  const [a, b] = [wordsOf(one), wordsOf(other)]
  const [gramsOfA, gramsOfB] = [gramsOf(a, n), gramsOf(b, n)]
  return {
    one: withMarks(one, a, sharedWords(a, gramsOfB, n), marked),
    other: withMarks(other, b, sharedWords(b, gramsOfA, n), marked),
  }
}

function partsOf({ messages }: Conversation): { message: number; text: string }[] {
  return messages.flatMap(({ content }, message) =>
    (typeof content === 'string' ? [{ text: content }] : content).map(({ text }) => ({ message, text })),
  )
}

function wordsOf(conversation: Conversation): Words {
  const words: Words = { hashes: new WordHashes(), part: [], start: [], end: [] }
  for (const [part, { text }] of partsOf(conversation).entries()) {
    for (const { start, end } of wordRanges(text)) {
      words.hashes.add(text.slice(start, end))
      while (words.part.length < words.hashes.count) {
        words.part.push(part)
        words.start.push(start)
        words.end.push(end)
      }
    }
  }
  return words
}

const eachGram = ({ hashes }: Words, n: number, each: (gram: string, at: number) => void): void => {
  const runs = { from: 0, to: hashes.count, n: Math.max(1, Math.min(n, hashes.count)) }
  forEachGram(hashes.hashes, runs, (low, high, at) => {
    each(`${String(low)} ${String(high)}`, at)
  })
}

function gramsOf(words: Words, n: number): Set<string> {
  const grams = new Set<string>()
  eachGram(words, n, (gram) => grams.add(gram))
  return grams
}

/** [words] 1 where a word is in a run that the other conversation has too. */
function sharedWords(words: Words, grams: ReadonlySet<string>, n: number): Uint8Array {
  const shared = new Uint8Array(words.hashes.count)
  const length = Math.max(1, Math.min(n, words.hashes.count))
  eachGram(words, n, (gram, at) => {
    if (grams.has(gram)) shared.fill(1, at, at + length)
  })
  return shared
}

function withMarks(
  conversation: Conversation,
  words: Words,
  shared: Uint8Array,
  marked: 'differs' | 'shared',
): MarkedConversation {
  const marks = partsOf(conversation).map((): number[] => [])
  for (let word = 0; word < shared.length; word++) {
    if ((shared[word] === 1) !== (marked === 'shared')) continue
    addRange(marks[words.part[word] ?? 0] ?? [], words.start[word] ?? 0, words.end[word] ?? 0, words, word)
  }
  const parts = partsOf(conversation).map(({ message, text }, part) => ({
    message,
    text: text.slice(0, MOST_SHOWN),
    marks: shownOf(marks[part] ?? []),
    more: Math.max(0, text.length - MOST_SHOWN),
  }))
  return conversation.messages.map(({ role }, index) => ({
    role,
    parts: parts.filter(({ message }) => message === index).map(({ message: _, ...part }) => part),
  }))
}

/** The ranges within the text that is shown. */
function shownOf(ranges: readonly number[]): number[] {
  return ranges
    .filter((_, i) => (ranges[i - (i % 2)] ?? 0) < MOST_SHOWN)
    .map((at) => Math.min(at, MOST_SHOWN))
}

/** Adds a word's range, joined with the one before where the word before it is marked too. */
function addRange(ranges: number[], start: number, end: number, words: Words, word: number): void {
  const isNext =
    ranges.length > 0 && ranges.at(-1) === words.end[word - 1] && words.part[word - 1] === words.part[word]
  if (isNext) ranges[ranges.length - 1] = end
  else ranges.push(start, end)
}
