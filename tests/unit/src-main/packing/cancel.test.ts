/**
 * Every kind of long work in the data thread lets messages in and can be cancelled in its middle: another call is answered
 * while it goes on, and then the work, not yet done, is broken off.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { MixtureEntry } from '../../../../src-main/data/mixture.schema'
import type { DataClient } from '../../../../src-main/packing/data-client'
import { DataThread } from '../../../../src-main/packing/data-host'
import type { DataOptions } from '../../../../src-main/packing/data-calls'
import type { CallOptions } from '../../../../src-main/threads/calls'
import { goldenPath } from '../../../support/golden'
import { keptFolder } from '../../../support/temporary-folder'

const folder = keptFolder()
const CELL: MixtureEntry = { task: 'SimpleSpelling', split: 'train', size: 500 }
/** 400,000 conversations, of which few have to be rendered. */
const LONG: MixtureEntry = { ...CELL, size: 4000, repeat: 100 }
/** Many, of which none is rendered. */
const UNSEEN: MixtureEntry = { task: 'SpellingBee', split: 'train', size: 400_000 }
const PLAN = { split: 'train' as const, batches_per_step: 1, num_iterations: null }
const VARIANT = { packing: 'bestfit-crop' as const, seq_len: 512, batch_size: 4, buffer_size: 1000 }

let thread: DataThread
let other: DataClient

function optionsFor(entry: MixtureEntry, bufferSize = 100): DataOptions {
  const shape = {
    max_seq_len: 512,
    loss: 'all' as const,
    device_batch_size: 4,
    packing: 'bestfit-crop' as const,
    buffer_size: bufferSize,
  }
  const baseDir = goldenPath('nanochat_base')
  const config = { mixture: { train: [entry], val: [CELL] }, ...shape }
  const dirs = {
    baseDir,
    configDir: folder,
    cacheDir: join(folder, 'cache'),
  }
  return { ...dirs, config }
}

async function opened(entry: MixtureEntry, bufferSize?: number): Promise<DataClient> {
  const client = thread.client()
  await client.open(optionsFor(entry, bufferSize))
  return client
}

function conversationFile(name: string, lines: number, text: string): MixtureEntry {
  const turns = [
    { role: 'user', content: text },
    { role: 'assistant', content: 'yes' },
  ]
  writeFileSync(join(folder, name), `${JSON.stringify(turns)}\n`.repeat(lines))
  return { task: 'CustomJSON', filepath: name }
}

/** The work goes on while another port's call is answered, and ends when it is cancelled. */
async function breaksOff(work: (call: CallOptions) => Promise<unknown>): Promise<void> {
  const stop = new AbortController()
  let over = false
  const going = work({ signal: stop.signal }).finally(() => (over = true))
  going.catch(() => undefined)
  await other.conversation('train', { index: 1 })
  expect(over).toBe(false)
  stop.abort()
  await expect(going).rejects.toMatchObject({ code: 'cancelled' })
  expect((await other.conversation('train', { index: 0 })).ids.length).toBeGreaterThan(0)
}

beforeAll(async () => {
  thread = DataThread.start()
  other = await opened(CELL)
}, 60_000)
afterAll(() => thread.close())

it('reading JSONL and decoding its rows', async () => {
  const entry = conversationFile('many.jsonl', 400_000, 'a question')
  await breaksOff((call) => thread.client().open(optionsFor(entry), call))
}, 60_000)

it('reading parquet of one large row group', async () => {
  const entry: MixtureEntry = {
    task: 'SmolTalk',
    split: 'train',
    data_files: [goldenPath('large/smoltalk-one-group.parquet')],
  }
  await breaksOff((call) => thread.client().open(optionsFor(entry), call))
}, 60_000)

it('a line of 300,000 spaces is read at once', async () => {
  const entry = conversationFile('spaces.jsonl', 1, `a${' '.repeat(300_000)}b`)
  const client = await opened(entry)
  expect((await client.conversation('train', { index: 0 })).ids.length).toBeGreaterThan(4)
}, 60_000)

it('tokenizing one message of 4,000,000 words, and one word of as many letters', async () => {
  for (const text of ['words '.repeat(4_000_000), 'letters'.repeat(600_000)]) {
    const client = await opened(conversationFile(`${String(text.length)}.jsonl`, 1, text))
    await breaksOff((call) => client.conversation('train', { index: 0 }, call))
    await breaksOff((call) => client.taskLengths('train', call))
    await breaksOff((call) => client.inspect({ split: 'train', batch: 0 }, call))
  }
}, 120_000)

it('filling the cache, alone and with threads', async () => {
  for (const size of [19_000, 400_000]) {
    const client = await opened({ ...UNSEEN, size })
    await breaksOff((call) => client.taskLengths('train', call))
  }
}, 60_000)

it('searching', async () => {
  const client = await opened(UNSEEN)
  await breaksOff((call) => client.search('train', 0, 'no such text', call))
}, 60_000)

it('planning, comparing, looking for a batch and replaying a row', async () => {
  const client = await opened(LONG)
  await client.taskLengths('train')
  await breaksOff((call) => client.plan(PLAN, call))
  await breaksOff((call) => client.findConversation(PLAN, 3, call))
  await breaksOff((call) =>
    client.compare({ split: 'train', tokens_per_step: 2048, variants: [VARIANT, VARIANT] }, call),
  )
  await breaksOff((call) => client.layout({ split: 'train', batch: 8000 }, call))
  await breaksOff((call) => client.replayRow({ split: 'train', batch: 8000, row: 3 }, call))
}, 120_000)
