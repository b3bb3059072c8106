/** The duplicates.* calls over the real data thread. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'

import { runConfig, type RunConfigInput } from '../../../../../src-main/config/config.schema'
import { conversation, type Conversation } from '../../../../../src-main/data/conversation.schema'
import { openMixture } from '../../../../../src-main/data/mixture'
import { duplicateHandlers } from '../../../../../src-main/ipc/handlers/duplicates'
import { DataAccess } from '../../../../../src-main/services/data-access'
import { Jobs } from '../../../../../src-main/services/jobs'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { keptFolder } from '../../../../support/temporary-folder'

const folder = keptFolder()
vi.stubEnv('HF_HUB_CACHE', join(folder, 'hub'))
const cacheDir = join(folder, 'cache')
const access = new DataAccess({ cacheDir, defaultBaseDir: () => goldenPath('nanochat_base') })
const progress: string[] = []
const jobs = new Jobs(({ job, what }) => progress.push(`${job}: ${what}`))
const calls = checked(duplicateHandlers(access, jobs))
afterAll(() => access.close())

const gsm8k = { task: 'GSM8K', subset: 'main', split: 'test' } as const
const data_files = goldenPath('datasets/gsm8k-main-test.parquet')

/** The first user's message of a row of the golden test rows. */
async function testRow(row: number): Promise<Conversation> {
  const locations = { baseDir: goldenPath('nanochat_base'), configDir: '/', cacheDir }
  const mixture = await openMixture([{ ...gsm8k, data_files }], locations)
  const found = await mixture.taskConversation(0, row)
  await mixture.close()
  return found
}

const turns = (user: string, assistant: string): Conversation['messages'] => [
  { role: 'user', content: user },
  { role: 'assistant', content: assistant },
]
const long =
  'The quick brown fox jumps over the lazy dog while seven other animals look on and say nothing at all'

async function config(options: Partial<RunConfigInput> = {}): Promise<ReturnType<typeof runConfig.parse>> {
  const { messages } = await testRow(25)
  const question = conversation.parse({ messages }).messages[0]?.content
  const rows = [
    turns('Who are you?', 'A model.'),
    turns('WHO are you', 'a model!'),
    turns(long, `${long} again, or so it seems to be the case here; nothing new`),
    turns(long, `${long} again, or so it seems to be the case here; nothing else`),
    turns(typeof question === 'string' ? question : '', 'I will not say.'),
  ]
  const filepath = join(folder, 'mine.jsonl')
  writeFileSync(filepath, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const held = join(folder, 'held.jsonl')
  writeFileSync(held, `${JSON.stringify(turns('Who... are you?', 'A model'))}\n`)
  return runConfig.parse({
    mixture: {
      train: [
        { task: 'SpellingBee', split: 'train', size: 3 },
        { task: 'CustomJSON', filepath, repeat: 2 },
      ],
      val: [
        { task: 'CustomJSON', filepath: held },
        { ...gsm8k, data_files, stop: 20 },
      ],
    },
    ...options,
  })
}

const all = { entry: null, test: null }

describe('duplicates', () => {
  it('are found by kind, entry and test; what is not on this machine is said', async () => {
    const at = { config: await config(), dir: folder }
    const found = await calls['duplicates.find']({ ...at, job: 'find' })
    expect(found).toMatchObject({ train: 8, val: 21, listed_again: 0, near_from: 0.8 })
    expect(found.train_entries).toEqual([
      { entry: 0, conversations: 3, exact: 0, near: 0, val: 0, test: 0 },
      { entry: 1, conversations: 5, exact: 1, near: 1, val: 2, test: 1 },
    ])
    expect(
      found.tests.map(({ label, rows, train, val, itself }) => [label, rows, train, val, itself]),
    ).toEqual([
      ['ARC ARC-Easy test', null, 0, 0, 0],
      ['ARC ARC-Challenge test', null, 0, 0, 0],
      ['MMLU all test', null, 0, 0, 0],
      ['GSM8K main test', 30, 1, 0, 20],
    ])
    expect(found.tests[2]?.missing?.message).toContain('cais/mmlu, all test: it is not')
    expect(found.tests[3]?.missing).toBeNull()
    expect(progress).toContain('find: Comparing')
  })

  it('are listed in pages, side by side, and as the rows to exclude', async () => {
    const at = { config: await config(), dir: folder }
    await calls['duplicates.find']({ ...at, job: 'find' })
    const exact = await calls['duplicates.pairs']({
      ...at,
      of: { kind: 'exact', ...all },
      offset: 0,
      limit: 10,
    })
    expect(exact.total).toBe(1)
    expect(exact.pairs[0]).toMatchObject({
      index: 0,
      one: { of: 'train', entry: 1, row: 1, text: 'WHO are you · a model!' },
      listed: [[1, 1]],
      other: { of: 'train', entry: 1, row: 0 },
      share: 1,
    })
    const near = await calls['duplicates.compare']({ ...at, kind: 'near', index: 0 })
    expect(near.marked).toBe('differs')
    const part = near.one[1]?.parts[0]
    expect(part?.text.slice(...(part.marks as [number, number]))).toBe('else')
    const test = await calls['duplicates.pairs']({
      ...at,
      of: { kind: 'test', entry: 1, test: 3 },
      offset: 0,
      limit: 9,
    })
    expect(test.pairs[0]).toMatchObject({
      one: { row: 4 },
      other: { of: 'test', entry: 3, row: 25 },
      share: 1,
    })
    expect((await calls['duplicates.compare']({ ...at, kind: 'test', index: 0 })).marked).toBe('shared')
    const val = await calls['duplicates.rows']({ ...at, of: { kind: 'val', ...all } })
    expect([...val]).toEqual([1, 0, 1, 1])
    const none = await calls['duplicates.pairs']({
      ...at,
      of: { kind: 'exact', entry: 0, test: null },
      offset: 0,
      limit: 9,
    })
    expect(none).toEqual({ total: 0, pairs: [] })
  })

  it('stay found while conversations are excluded and other options are edited, and no longer', async () => {
    const found = { config: await config(), dir: folder }
    await calls['duplicates.find']({ ...found, job: 'find' })
    const edited = await config({
      exclude: [[1, 1]],
      max_seq_len: 64,
      total_batch_size: 64 * 32,
      loss: 'completion',
    })
    const of = { kind: 'exact', ...all } as const
    const page = { of, offset: 0, limit: 5 }
    expect((await calls['duplicates.pairs']({ config: edited, dir: folder, ...page })).total).toBe(1)
    const { mixture } = edited
    const other = { ...edited, mixture: { ...mixture, train: mixture.train.slice(1) }, exclude: [] }
    const failure = await failureOf(() => calls['duplicates.pairs']({ config: other, dir: folder, ...page }))
    expect(failure).toMatchObject({ code: 'duplicates.not-found', remedy: 'Check it for duplicates again.' })
  })

  it('are not looked for any further once the job is cancelled', async () => {
    const at = { config: await config({ mixture: { train: [{ task: 'SpellingBee', split: 'train', size: 30_000 }], val: [] } }), dir: folder } // prettier-ignore
    const cancelling = new Jobs(({ job }) => {
      cancelling.cancel(job)
    })
    const { 'duplicates.find': find } = checked(duplicateHandlers(access, cancelling))
    expect(await failureOf(() => find({ ...at, job: 'long' }))).toMatchObject({ code: 'cancelled' })
  })
})
