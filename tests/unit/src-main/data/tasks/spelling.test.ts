import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openMixture, type Mixture } from '../../../../../src-main/data/mixture'
import type { MixtureEntry } from '../../../../../src-main/data/mixture.schema'
import { failureOf } from '../../../../support/failure'
import { temporaryFolder } from '../../../../support/temporary-folder'

const SIZE = 2000
const TASKS = ['SimpleSpelling', 'SpellingBee'] as const
const SPLITS = ['train', 'test'] as const

function openWith(words: string, entries: MixtureEntry[]): Promise<Mixture> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'words_alpha.txt'), words)
  return openMixture(entries, { baseDir: folder, configDir: folder, cacheDir: folder })
}

it("gives the reference's examples for words outside ASCII, train and test", async () => {
  // sha256 over all contents (parts as type + text) of the reference's tasks/spellingbee.py, run on this word list.
  const expected = '727db59ca6cebe2d6124109523b224c40aac61ed50ac0221fe3604435a6465a1'
  const entries = TASKS.flatMap((task) => SPLITS.map((split) => ({ task, split, size: SIZE })))
  const mixture = await openWith('alpha\r\n naïve\n😀b\t\rzz$&top', entries)
  const hash = createHash('sha256')
  for (const task of entries.keys()) {
    for (let row = 0; row < SIZE; row++) {
      for (const { content } of (await mixture.taskConversation(task, row)).messages) {
        hash.update(
          typeof content === 'string' ? content : content.map((part) => part.type + part.text).join(''),
        )
      }
    }
  }
  expect(hash.digest('hex')).toBe(expected)
})

it('reads a word list of its own', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'mine.txt'), 'only\n')
  const mixture = await openWith('other', [
    { task: 'SimpleSpelling', split: 'train', size: 1, word_list: join(folder, 'mine.txt') },
  ])
  expect((await mixture.conversation(0)).messages[1]?.content).toBe('only:o,n,l,y')
})

it('refuses an empty list and a line without a word', async () => {
  const entry: MixtureEntry = { task: 'SpellingBee', split: 'train', size: 1 }
  expect((await failureOf(() => openWith('', [entry]))).code).toBe('data.empty')
  const failure = await failureOf(() => openWith('a\n\nb\n', [entry]))
  expect(failure.message).toContain('words_alpha.txt, line 2')
  expect(failure.issues?.map((issue) => issue.path)).toEqual(['mixture.0.word_list'])
})
