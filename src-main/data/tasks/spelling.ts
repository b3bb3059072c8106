/**
 * SimpleSpelling and SpellingBee: examples generated from a word list, each with its own CPython generator, seeded with
 * the example's index (docs/REFERENCE.md §1). The order of the draws is part of the data. An example takes 15 µs.
 */
import { z } from 'zod'
import { MOST_EXAMPLES } from '../../bounds.schema'
import type { ContentPart, Conversation } from '../conversation.schema'
import { filePath, slice } from '../entry.schema'
import { CPythonRandom } from '../random/cpython-random'
import { USER_TEMPLATES } from './spelling-templates'
import type { FileOption, PythonClass, TaskKind, WordsSource } from './task-kind'

const options = {
  split: z.enum(['train', 'test']),
  size: z.int().min(1).max(MOST_EXAMPLES).describe('beyond it lie the test split’s examples').default(1000),
  /** One word a line; default `words_alpha.txt` in base_dir. */
  word_list: filePath.optional(),
  ...slice,
}
const simple = z.strictObject({ task: z.literal('SimpleSpelling'), ...options })
const bee = z.strictObject({ task: z.literal('SpellingBee'), ...options })

const WORDS: FileOption = {
  key: 'word_list',
  picks: 'words',
  label: 'words',
  standard: { inBaseDir: 'words_alpha.txt' },
}
const PYTHON: PythonClass = { parameters: ['size', 'split'], defaults: { split: 'train' } }

/** Test examples are seeded far above all train examples. */
const TEST_SEED_OFFSET = 10_000_000
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

export const simpleSpelling: TaskKind<typeof simple> = {
  entry: simple,
  title: 'SimpleSpelling',
  about: 'Generated: spell a word',
  fresh: {
    train: { task: 'SimpleSpelling', split: 'train', size: 200_000 },
    val: { task: 'SimpleSpelling', split: 'test', size: 1000 },
  },
  splits: options.split.options,
  files: WORDS,
  python: PYTHON,
  source: (entry) =>
    generated(entry, (words) => {
      const shuffled = shuffledWords(words)
      return (seed) => simpleSpellingExample(shuffled, seed)
    }),
}

export const spellingBee: TaskKind<typeof bee> = {
  entry: bee,
  title: 'SpellingBee',
  about: 'Generated: count a letter in a word, by hand and with Python',
  fresh: {
    train: { task: 'SpellingBee', split: 'train', size: 80_000 },
    val: { task: 'SpellingBee', split: 'test', size: 1000 },
  },
  splits: options.split.options,
  files: WORDS,
  python: PYTHON,
  graded: { by: 'number' },
  source: (entry) => generated(entry, (words) => (seed) => spellingBeeExample(words, seed)),
}

function generated(
  { task, split, size }: z.infer<typeof simple> | z.infer<typeof bee>,
  examples: WordsSource['examples'],
): WordsSource {
  const firstSeed = split === 'train' ? 0 : TEST_SEED_OFFSET
  return { from: 'words', form: task, rows: size, firstSeed, examples }
}

/** SimpleSpelling's own order of the words, different from SpellingBee's. */
function shuffledWords(words: readonly string[]): string[] {
  const order = Uint32Array.from(words, (_, i) => i)
  new CPythonRandom(42).shuffle(order)
  return Array.from(order, (i) => words[i] ?? '')
}

/** @param words words in the task's own order. */
function simpleSpellingExample(words: readonly string[], seed: number): Conversation {
  const word = new CPythonRandom(seed).choice(words)
  return {
    messages: [
      { role: 'user', content: `Spell the word: ${word}` },
      { role: 'assistant', content: `${word}:${Array.from(word).join(',')}` },
    ],
  }
}

function spellingBeeExample(words: readonly string[], seed: number): Conversation {
  const random = new CPythonRandom(seed)
  const word = random.choice(words)
  const letters = Array.from(word)
  const letter = random.random() < 0.9 ? random.choice(letters) : random.choice(LETTERS)
  const question = askFor(letter, word, random)
  return {
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer(letter, word, letters) },
    ],
  }
}

function askFor(letter: string, word: string, random: CPythonRandom): string {
  let template = random.choice(USER_TEMPLATES)
  if (random.random() < 0.3) template = template.toLowerCase()
  const quotes = ['', "'", '"']
  const letterQuote = random.choice(quotes)
  const wordQuote = random.choice(quotes)
  const filled = template.replace(/\{(letter|word)\}/g, (_, name) =>
    name === 'letter' ? letterQuote + letter + letterQuote : wordQuote + word + wordQuote,
  )
  return random.random() < 0.5 ? `${filled}?` : filled
}

/** The answer counts by hand, then with Python. */
function answer(letter: string, word: string, letters: readonly string[]): ContentPart[] {
  const count = String(letters.filter((one) => one === letter).length)
  return [
    { type: 'text', text: countByHand(letter, word, letters) },
    { type: 'text', text: '\n\nLet me double check this using Python:\n\n' },
    { type: 'python', text: `'${word}'.count('${letter}')` },
    { type: 'python_output', text: count },
    { type: 'text', text: `\n\nPython gives us ${count}.\n\nMy final answer is:\n\n#### ${count}` },
  ]
}

function countByHand(letter: string, word: string, letters: readonly string[]): string {
  let count = 0
  // No space after the colon: " a" and "a" are different tokens.
  const steps = letters.map((one, i) => {
    if (one !== letter) return `${String(i + 1)}:${one}\n`
    count++
    return `${String(i + 1)}:${one} hit! count=${String(count)}\n`
  })
  return `We are asked to find the number '${letter}' in the word '${word}'. Let me try a manual approach first.

First spell the word out:
${word}:${letters.join(',')}

Then count the occurrences of '${letter}':
${steps.join('')}
This gives us ${String(count)}.`
}
