/** Readers of datasets and of the caches that are made of them. */
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { readPythonMixture } from '../../../src-main/data/exchange/read-python'
import { mixtureEntry, type MixtureEntry } from '../../../src-main/data/mixture.schema'
import { openMixture, type DataLocations } from '../../../src-main/data/mixture'
import { checkJsonLines } from '../../../src-main/data/sources/lines'
import { lookAtEntry } from '../../../src-main/data/sources/open-task'
import { DataLibrary } from '../../../src-main/packing/data-library'
import { goldenPath } from '../../support/golden'
import { STARTER_DIR } from '../../support/small-project'
import { damageBytes } from '../mutations/bytes'
import { damageJsonLines } from '../mutations/json'
import type { Mutation } from '../mutations/mutation'
import { damageText } from '../mutations/text'
import type { Reader } from './reader'

const PYTHON = `import os
base_dir = get_base_dir()
identity = os.path.join(base_dir, "identity_conversations.jsonl")
train_dataset = TaskMixture([
    SmolTalk(split="train"), # 460K rows
    MMLU(subset="auxiliary_train", split="train"),
    GSM8K(subset="main", split="train"),
    CustomJSON(filepath=identity),
    CustomJSON(filepath=identity),
    SimpleSpelling(size=200_000, split="train"),
    SpellingBee(size=80000, split="train"),
])
val_dataset = TaskMixture([
    SmolTalk(split="test"),
    MMLU(subset="all", split="test", stop=5200),
    GSM8K(subset="main", split="test", start=0, stop=420, step=2),
])
`

/** Opens a mixture of one entry and reads every conversation. */
async function readEntry(folder: string, entry: unknown): Promise<string> {
  const opened = await openMixture([mixtureEntry.parse(entry)], locationsIn(folder))
  try {
    const hash = createHash('sha256')
    for (let i = 0; i < Math.min(opened.length, 500); i++) {
      hash.update(JSON.stringify(await opened.conversation(i)))
    }
    return hash.digest('hex')
  } finally {
    await opened.close()
  }
}

function locationsIn(folder: string): DataLocations {
  return { baseDir: folder, configDir: folder, cacheDir: join(folder, 'cache') }
}

const PARQUET: Readonly<Record<string, MixtureEntry>> = {
  'smol-smoltalk-test.parquet': { task: 'SmolTalk', split: 'test' },
  'gsm8k-main-train.parquet': { task: 'GSM8K', subset: 'main', split: 'train' },
  'mmlu-all-test.parquet': { task: 'MMLU', subset: 'all', split: 'test' },
}

const parquet: Reader = {
  name: 'parquet',
  async prepare(folder) {
    for (const name of Object.keys(PARQUET)) await cp(goldenPath(`datasets/${name}`), join(folder, name))
    return Object.keys(PARQUET).map((file) => ({ file, damage: damageBytes }))
  },
  read: (folder, { file }) => readEntry(folder, { ...PARQUET[file], data_files: file }),
}

const jsonl: Reader = {
  name: 'jsonl',
  async prepare(folder) {
    await cp(join(STARTER_DIR, 'conversations-val.jsonl'), join(folder, 'lines.jsonl'))
    return [{ file: 'lines.jsonl', damage: damageJsonLines }]
  },
  async read(folder) {
    const { faultCount } = await checkJsonLines(join(folder, 'lines.jsonl'))
    return { faultCount, digest: await readEntry(folder, { task: 'CustomJSON', filepath: 'lines.jsonl' }) }
  },
}

const FORMATS: Readonly<Record<string, Mutation>> = {
  'sharegpt.jsonl': damageJsonLines,
  'openai.jsonl': damageJsonLines,
  'parts.jsonl': damageJsonLines,
  'array-oneline.json': damageText,
  'jsonl.gz': damageBytes,
  'jsonl.zst': damageBytes,
}

/** Conversations in other formats, with bad rows left out, and looked at before. */
const formats: Reader = {
  name: 'formats',
  async prepare(folder) {
    for (const name of Object.keys(FORMATS)) await cp(goldenPath(`formats/${name}`), join(folder, name))
    return Object.entries(FORMATS).map(([file, damage]) => ({ file, damage }))
  },
  async read(folder, { file }) {
    const entry = { task: 'Conversations', source: file, on_bad: 'skip' }
    const context = { signal: undefined, onProgress: () => undefined }
    const { tally } = await lookAtEntry(mixtureEntry.parse(entry), true, locationsIn(folder), context)
    return { tally, digest: await readEntry(folder, entry) }
  },
}

const words: Reader = {
  name: 'words',
  async prepare(folder) {
    await writeFile(join(folder, 'words.txt'), 'apple\nbanana\ncherry\nnaïve\nstraße\n'.repeat(20))
    return [{ file: 'words.txt', damage: damageText }]
  },
  async read(folder) {
    const entry = { split: 'train', size: 20, word_list: 'words.txt' }
    await readEntry(folder, { ...entry, task: 'SimpleSpelling' })
    return readEntry(folder, { ...entry, task: 'SpellingBee' })
  },
}

const python: Reader = {
  name: 'python',
  async prepare(folder) {
    await writeFile(join(folder, 'mid_train.py'), PYTHON)
    return [{ file: 'mid_train.py', damage: damageText }]
  },
  async read(folder) {
    return readPythonMixture(await readFile(join(folder, 'mid_train.py'), 'utf8'), folder, 'mid_train.py')
  },
}

/** Decoded rows and rendered ids: a damaged cache is made again, and gives the same ids or says what is wrong. */
const caches: Reader = {
  name: 'caches',
  exact: true,
  async prepare(folder) {
    await cp(join(STARTER_DIR, 'tokenizer'), join(folder, 'tokenizer'), { recursive: true })
    await cp(join(STARTER_DIR, 'conversations-val.jsonl'), join(folder, 'lines.jsonl'))
    await cp(join(STARTER_DIR, 'gsm8k-sample.parquet'), join(folder, 'gsm8k.parquet'))
    await mkdir(join(folder, 'cache'))
    await readIds(folder)
    const made = await readdir(join(folder, 'cache'), { recursive: true, withFileTypes: true })
    return made
      .filter((entry) => entry.isFile())
      .map((entry) => ({
        file: join(entry.parentPath, entry.name).slice(folder.length + 1),
        damage: damageBytes,
      }))
      .sort((a, b) => (a.file < b.file ? -1 : 1))
  },
  read: readIds,
}

const CACHED = [
  { task: 'CustomJSON', filepath: 'lines.jsonl' },
  { task: 'GSM8K', subset: 'main', split: 'train', data_files: 'gsm8k.parquet' },
].map((entry) => mixtureEntry.parse(entry))

/** The digest of all rendered ids, as the data thread reads them: what is not in the cache is put there first. */
async function readIds(folder: string): Promise<string> {
  const library = new DataLibrary(() => undefined)
  const signal = new AbortController().signal
  const { split, release } = await library.borrow(CACHED, locationsIn(folder), {
    signal,
  })
  try {
    await split.table({ signal, progress: () => undefined })
    const hash = createHash('sha256')
    for (let i = 0; i < split.length; i++) {
      const { ids, stretches } = await split.tokens(i)
      hash.update(new Uint8Array(ids.slice().buffer)).update(new Uint8Array(stretches.slice().buffer))
    }
    return hash.digest('hex')
  } finally {
    await release()
  }
}

export const dataReaders: readonly Reader[] = [parquet, jsonl, formats, words, python, caches]
