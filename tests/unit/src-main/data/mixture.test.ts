import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { conversation } from '../../../../src-main/data/conversation.schema'
import {
  openMixture,
  type DataLocations,
  type Mixture,
  type OpenOptions,
} from '../../../../src-main/data/mixture'
import type { MixtureEntry } from '../../../../src-main/data/mixture.schema'
import { renderConversation } from '../../../../src-main/tokenizer/render'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenPath, readGolden } from '../../../support/golden'
import { goldenMixture } from '../../../support/golden-mixture'
import { temporaryFolder } from '../../../support/temporary-folder'

function locationsIn(cacheDir: string): DataLocations {
  return { baseDir: goldenPath('nanochat_base'), configDir: goldenPath('.'), cacheDir }
}

const golden = readGolden(
  'mixture.json',
  z.object({
    train_len: z.int(),
    val_len: z.int(),
    train_index_map_head: z.array(z.tuple([z.int(), z.int()])),
    render: z.array(z.object({ conversation: conversation.shape.messages })),
    all_train_ids_sha256_le_i32: z.string(),
  }),
)

async function open(entries: readonly MixtureEntry[], options: OpenOptions = {}): Promise<Mixture> {
  const mixture = await openMixture(entries, locationsIn(temporaryFolder()), options)
  onTestFinished(() => mixture.close())
  return mixture
}

const spelling = (slice: { start?: number; stop?: number; step?: number } = {}): MixtureEntry => {
  return { task: 'SimpleSpelling', split: 'train', size: 10, ...slice }
}

describe('the golden mixture', () => {
  it('has the lengths, the order and the conversations of the reference', async () => {
    const train = await open(goldenMixture.train)
    const val = await open(goldenMixture.val)
    expect([train.length, val.length]).toEqual([golden.train_len, golden.val_len])
    const head = golden.train_index_map_head.map((_, i) => train.locate(i))
    expect(head.map(({ task, row }) => [task, row])).toEqual(golden.train_index_map_head)
    for (const [i, expected] of golden.render.entries()) {
      expect((await train.conversation(i)).messages).toEqual(expected.conversation)
    }
  })

  it('renders to the ids of the reference, from fresh rows and from stored ones', async () => {
    const tokenizer = await loadTokenizer(goldenPath('nanochat_base/tokenizer'))
    const locations = locationsIn(temporaryFolder())
    for (let pass = 0; pass < 2; pass++) {
      const decoded: string[] = []
      const onProgress = ({ what }: { what: string }): void => void decoded.push(what)
      const train = await openMixture(goldenMixture.train, locations, { onProgress })
      const hash = createHash('sha256')
      for (let i = 0; i < train.length; i++) {
        hash.update(renderConversation(tokenizer, await train.conversation(i)).ids)
      }
      await train.close()
      expect(hash.digest('hex')).toBe(golden.all_train_ids_sha256_le_i32)
      if (pass > 0) expect(decoded).toEqual([])
      else expect(decoded).toContain('decoding SmolTalk')
    }
  })

  it('describes its tasks', async () => {
    const train = await open(goldenMixture.train)
    expect(train.tasks.map((task) => [task.index, task.entry, task.name, task.split, task.length])).toEqual([
      [0, 0, 'SmolTalk', 'train', 600],
      [1, 1, 'MMLU', 'train', 300],
      [2, 2, 'GSM8K', 'train', 120],
      [3, 3, 'CustomJSON', null, 40],
      [4, 3, 'CustomJSON', null, 40],
      [5, 4, 'SimpleSpelling', 'train', 200],
      [6, 5, 'SpellingBee', 'train', 80],
    ])
    expect(train.tasks[3]?.source).toBe(goldenPath('nanochat_base/identity_conversations.jsonl'))
  })
})

describe('slices', () => {
  it.each([
    [{}, 10, 0],
    [{ start: 4 }, 6, 4],
    [{ stop: 7 }, 7, 0],
    [{ start: 1, stop: 8, step: 3 }, 3, 1],
    [{ start: 1, stop: 7, step: 3 }, 2, 1],
    [{ start: 10 }, 0, 0],
  ])('takes the rows of %j', async (slice, length, first) => {
    const whole = await open([spelling()])
    const sliced = await open([spelling(slice)])
    expect(sliced.length).toBe(length)
    if (length > 0) {
      expect(await sliced.taskConversation(0, 0)).toEqual(await whole.taskConversation(0, first))
      const last = first + (length - 1) * ('step' in slice ? slice.step : 1)
      expect(await sliced.taskConversation(0, length - 1)).toEqual(await whole.taskConversation(0, last))
    }
  })

  it('are refused beyond the rows, and a stop before the start', async () => {
    const cases = [
      [{ stop: 11 }, 'mixture.train.0.stop', '10 rows'],
      [{ start: 11 }, 'mixture.train.0.start', '10 rows'],
      [{ start: 5, stop: 4 }, 'mixture.train.0.stop', 'before start 5'],
    ] as const
    for (const [slice, path, reason] of cases) {
      const failure = await failureOf(() => open([spelling(slice)], { split: 'train' }))
      expect(failure.issues?.map((issue) => issue.path)).toEqual([path])
      expect(failure.message).toContain(reason)
    }
  })
})

describe('bad input', () => {
  const refused = async (...entries: MixtureEntry[]) => failureOf(() => open(entries, { split: 'val' }))

  it('names entry and file where there is none', async () => {
    const failure = await refused(spelling(), { task: 'CustomJSON', filepath: 'none.jsonl' })
    expect(failure.code).toBe('data.missing')
    expect(failure.issues?.map((issue) => issue.path)).toEqual(['mixture.val.1.filepath'])
    expect(failure.message).toContain(goldenPath('none.jsonl'))
  })

  it('names every entry at fault', async () => {
    const failure = await refused(
      { task: 'CustomJSON', filepath: 'none.jsonl' },
      {
        task: 'SmolTalk',
        split: 'train',
        data_files: ['datasets/smol-smoltalk-test.parquet', 'none.parquet'],
      },
      { task: 'SpellingBee', split: 'train', size: 1, word_list: 'no-words.txt' },
    )
    expect(failure.issues?.map((issue) => issue.path)).toEqual([
      'mixture.val.0.filepath',
      'mixture.val.1.data_files',
      'mixture.val.2.word_list',
    ])
    expect(failure.message).toContain('2 more')
  })

  it('gives each entry its own remedy where one does not mend them all', async () => {
    const missing: MixtureEntry = { task: 'CustomJSON', filepath: 'none.jsonl' }
    const beyond: MixtureEntry = { ...spelling(), start: 1_000_000 }
    const alone = await refused(missing)
    const both = await refused(missing, beyond)
    expect(alone.remedy).not.toBe((await refused(beyond)).remedy)
    expect((await refused(beyond)).remedy).toMatch(/^Set start to \d+ or less, or leave it out\.$/)
    expect(both.issues?.map(({ hint }) => hint)).toEqual([alone.remedy, (await refused(beyond)).remedy])
    expect(both.remedy).toBe('Correct the options of these entries, or remove the entries.')
    const alike = await refused(missing, { ...missing, filepath: 'neither.jsonl' })
    expect(alike.remedy).toBe(alone.remedy)
    expect(alike.issues?.map(({ hint }) => hint)).toEqual([undefined, undefined])
  })

  it.each([
    [
      'smoltalk-row-3-breaks-alternation.parquet',
      'row 3: message 1 has the role user where assistant is due',
    ],
    ['smoltalk-no-rows.parquet', 'there are no rows'],
  ])('names file, row and reason for %s', async (file, reason) => {
    const failure = await refused({ task: 'SmolTalk', split: 'train', data_files: `faulty/${file}` })
    expect(failure.message).toContain(goldenPath(`faulty/${file}`))
    expect(failure.message).toContain(reason)
  })

  it('names the row of a question without four choices', async () => {
    const data_files = 'faulty/mmlu-row-1-three-choices.parquet'
    const failure = await refused({ task: 'MMLU', subset: 'all', split: 'test', data_files })
    expect(failure.message).toContain('row 1: choices')
  })

  it('refuses the files of another dataset', async () => {
    const data_files = 'datasets/gsm8k-main-train.parquet'
    const failure = await refused({ task: 'SmolTalk', split: 'train', data_files })
    expect(failure.code).toBe('data.schema')
    expect(failure.message).toContain('no column messages; its columns are question, answer')
    const wrapped = await refused({ task: 'MMLU', subset: 'auxiliary_train', split: 'train', data_files })
    expect(wrapped.message).toContain('no column train')
  })

  it('refuses a truncated parquet and what is no parquet', async () => {
    const whole = readFileSync(goldenPath('datasets/gsm8k-main-train.parquet'))
    const holed = Buffer.from(whole).fill(0xff, 100, 3000)
    for (const bytes of [whole.subarray(0, 3000), whole.subarray(500), Buffer.from('hi'), holed]) {
      const path = join(temporaryFolder(), 'cut.parquet')
      writeFileSync(path, bytes)
      const failure = await refused({ task: 'GSM8K', subset: 'main', split: 'train', data_files: path })
      expect(failure.code).toBe('data.unreadable')
      expect(failure.message).toContain(path)
    }
  })

  it('refuses a split that a subset does not have', async () => {
    const failure = await refused({ task: 'MMLU', subset: 'auxiliary_train', split: 'test', data_files: 'x' })
    expect(failure.issues?.map((issue) => issue.path)).toEqual(['mixture.val.0.split'])
  })

  it('leaves nothing in the cache that a later opening would take for whole', async () => {
    const cacheDir = temporaryFolder()
    const entry: MixtureEntry = {
      task: 'SmolTalk',
      split: 'train',
      data_files: 'faulty/smoltalk-row-3-breaks-alternation.parquet',
    }
    await failureOf(() => openMixture([entry], locationsIn(cacheDir)))
    expect(readdirSync(join(cacheDir, 'rows-2'))).toEqual([])
  })
})

describe('stored rows', () => {
  it('keep a leading byte order mark', async () => {
    const data_files = 'faulty/smoltalk-leading-bom.parquet'
    const mixture = await open([{ task: 'SmolTalk', split: 'train', data_files }])
    const contents = await Promise.all([0, 1].map((row) => mixture.taskConversation(0, row)))
    expect(contents.flatMap((one) => one.messages.map((message) => message.content)).toSorted()).toEqual(
      ['\ufeffhi', '\ufeff', 'hi', 'hello'].toSorted(),
    )
  })

  it('follow a file that changes', async () => {
    const folder = temporaryFolder()
    const filepath = join(folder, 'mine.jsonl')
    const line = (text: string) =>
      JSON.stringify([
        { role: 'user', content: text },
        { role: 'assistant', content: 'b' },
      ])
    const locations = locationsIn(join(folder, 'cache'))
    for (const text of ['aa', 'cc']) {
      writeFileSync(filepath, line(text))
      const mixture = await openMixture([{ task: 'CustomJSON', filepath }], locations)
      expect((await mixture.conversation(0)).messages[0]?.content).toBe(text)
      await mixture.close()
    }
  })

  it('are shared by equal files under different names', async () => {
    const folder = temporaryFolder()
    const copy = join(folder, 'copy.jsonl')
    copyFileSync(goldenPath('nanochat_base/identity_conversations.jsonl'), copy)
    const locations = locationsIn(join(folder, 'cache'))
    for (const filepath of ['nanochat_base/identity_conversations.jsonl', copy]) {
      await (await openMixture([{ task: 'CustomJSON', filepath }], locations)).close()
    }
    expect(readdirSync(join(folder, 'cache', 'rows-2'))).toHaveLength(1)
  })

  it('are made once when two open them at the same time', async () => {
    const locations = locationsIn(temporaryFolder())
    const [one, other] = await Promise.all([
      openMixture(goldenMixture.val, locations),
      openMixture(goldenMixture.val, locations),
    ])
    expect(await one.conversation(0)).toEqual(await other.conversation(0))
    await Promise.all([one.close(), other.close()])
  })

  it('stop being made when that is cancelled', async () => {
    const cancelled = AbortSignal.abort()
    await expect(open(goldenMixture.train, { signal: cancelled })).rejects.toThrow('abort')
  })
})
