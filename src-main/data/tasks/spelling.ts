/**
 * SimpleSpelling and SpellingBee: examples generated from a word list, one CPython generator an example, seeded with
 * its index (docs/REFERENCE.md §1). Every draw's place in the order of draws is part of the data. Costs 15 µs an
 * example.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { z } from 'zod'
import type { ContentPart, Conversation } from '../conversation.schema'
import { entryFault, forKey } from '../entry-fault'
import { pythonStrip, textLines } from '../files/text-lines'
import { ensureBaseFile } from '../hub/base-files'
import { fromConfig, type TaskContext } from '../locations'
import type { simpleSpellingEntry, spellingBeeEntry } from '../mixture.schema'
import { CPythonRandom } from '../random/cpython-random'
import { empty } from '../sources/rows'
import { USER_TEMPLATES } from './spelling-templates'
import type { Task, TaskKind } from '../sources/task'

type SpellingEntry = z.infer<typeof simpleSpellingEntry> | z.infer<typeof spellingBeeEntry>

/** Test examples are seeded far above any train example. */
const TEST_SEED_OFFSET = 10_000_000
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const VERSION = 1

export const simpleSpelling: TaskKind<z.infer<typeof simpleSpellingEntry>> = {
  label: (entry) => `SimpleSpelling ${entry.split}`,
  open: (entry, context) =>
    openSpelling(entry, context, (words) => {
      const shuffled = shuffledWords(words)
      return (seed) => simpleSpellingExample(shuffled, seed)
    }),
}

export const spellingBee: TaskKind<z.infer<typeof spellingBeeEntry>> = {
  label: (entry) => `SpellingBee ${entry.split}`,
  open: (entry, context) =>
    openSpelling(entry, context, (words) => (seed) => spellingBeeExample(words, seed)),
}

async function openSpelling(
  entry: SpellingEntry,
  context: TaskContext,
  prepare: (words: readonly string[]) => (seed: number) => Conversation,
): Promise<Task> {
  const path =
    entry.word_list === undefined
      ? join(context.baseDir, 'words_alpha.txt')
      : fromConfig(entry.word_list, context)
  const words = await forKey('word_list', path, async () => {
    await ensureBaseFile(path, context)
    return readWords(path, context.signal)
  })
  const example = prepare(words)
  const firstSeed = entry.split === 'train' ? 0 : TEST_SEED_OFFSET
  const identity = createHash('sha256').update(JSON.stringify([VERSION, entry.task, firstSeed, words]))
  return {
    rows: entry.size,
    source: `generated from ${path}`,
    identity: identity.digest('hex'),
    conversation: (row) => example(firstSeed + row),
    close: () => undefined,
  }
}

async function readWords(path: string, signal: AbortSignal | undefined): Promise<string[]> {
  const words: string[] = []
  for await (const line of textLines(path, signal)) {
    const word = pythonStrip(line.text)
    if (word === '') {
      throw entryFault('word_list', {
        code: 'data.row',
        message: `${path}, line ${String(line.number)}: there is no word`,
        remedy: 'Remove that line.',
      })
    }
    words.push(word)
  }
  if (words.length === 0) throw empty({ key: 'word_list', paths: [path] })
  return words
}

/** SimpleSpelling's own order of the words, so that it does not follow SpellingBee's. */
function shuffledWords(words: readonly string[]): string[] {
  const order = Uint32Array.from(words, (_, i) => i)
  new CPythonRandom(42).shuffle(order)
  return Array.from(order, (i) => words[i] ?? '')
}

/** @param words in the task's own order. */
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

/** Counts by hand, then with Python. */
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
