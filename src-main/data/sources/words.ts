/** Conversations generated from a word list: none is stored, since making one costs less than reading it would. */
import { createHash } from 'node:crypto'
import { entryFault, forKey } from '../entry-fault'
import { pythonStrip } from '../files/text'
import { textLines } from '../files/text-lines'
import { ensureBaseFile } from '../hub/base-files'
import type { TaskContext } from '../locations'
import type { WordsSource } from '../tasks/task-kind'
import { empty } from './rows'
import type { Task } from './task'

/** Must be raised whenever the conversations made from the same words change. */
const VERSION = 1
/** The entry's key that a fault names. */
const KEY = 'word_list'

/** @throws MidbenchError naming file, line and reason. */
export async function openWords(source: WordsSource, path: string, context: TaskContext): Promise<Task> {
  const { form, rows, firstSeed } = source
  const words = await forKey(KEY, path, async () => {
    await ensureBaseFile(path, context)
    return readWords(path, context.signal)
  })
  const example = source.examples(words)
  const identity = createHash('sha256').update(JSON.stringify([VERSION, form, firstSeed, words]))
  return {
    rows,
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
      throw entryFault(KEY, {
        code: 'data.row',
        message: `${path}, line ${String(line.number)}: there is no word`,
        remedy: 'Remove that line.',
      })
    }
    words.push(word)
  }
  if (words.length === 0) throw empty({ key: KEY, paths: [path] })
  return words
}
