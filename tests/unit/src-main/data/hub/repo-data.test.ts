import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { missingDownloads, runDownload } from '../../../../../src-main/data/downloads'
import { openMixture, type DataLocations } from '../../../../../src-main/data/mixture'
import { mixtureEntry } from '../../../../../src-main/data/mixture.schema'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { COMMIT, sha256, startHubServer, type HubServer } from '../../../../support/hub-server'
import { temporaryFolder } from '../../../../support/temporary-folder'

let server: HubServer
let locations: DataLocations
let cache: string

const chats = readFileSync(goldenPath('datasets/smol-smoltalk-test.parquet'))
const otherChats = readFileSync(goldenPath('datasets/smol-smoltalk-train.parquet'))
const lines = readFileSync(goldenPath('formats/sharegpt.jsonl'))

beforeEach(async () => {
  server = await startHubServer()
  const folder = temporaryFolder()
  cache = join(folder, 'hub')
  vi.stubEnv('HF_ENDPOINT', server.endpoint)
  vi.stubEnv('HF_HUB_CACHE', cache)
  vi.stubEnv('HF_HUB_OFFLINE', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  locations = { baseDir: folder, configDir: folder, cacheDir: join(folder, 'cache') }
})

const put = (path: string, content: Buffer): void => void server.files.set(path, { content, large: true })

async function rowsOf(entry: object, download = true): Promise<number> {
  const one = mixtureEntry.parse({ task: 'Conversations', source: 'org/set', ...entry })
  const mixture = await openMixture([one], locations, { download })
  onTestFinished(() => mixture.close())
  return mixture.length
}

describe('a data set by its name', () => {
  it('is read from the hub’s conversion, by subset and split, and found again without a request', async () => {
    put('org/set/data.csv', Buffer.from('a'))
    put('org/set@parquet/default/train/0000.parquet', chats)
    put(
      'org/set@parquet/default/test/0000.parquet',
      readFileSync(goldenPath('datasets/gsm8k-main-test.parquet')),
    )
    const rows = await rowsOf({})
    expect(rows).toBeGreaterThan(10)
    server.requests.length = 0
    expect(await rowsOf({}, false)).toBe(rows)
    expect(server.requests).toEqual([])
    const columns = { instruction: 'question', output: 'answer' }
    expect(await rowsOf({ split: 'test', columns })).toBeGreaterThan(5)
  })

  it('is read from its own files where there is no conversion', async () => {
    put('org/set/README.md', Buffer.from('a'))
    put('org/set/chats/train.jsonl', lines)
    expect(await rowsOf({})).toBe(2)
  })

  it('without conversations shows its columns', async () => {
    put(
      'org/set@parquet/default/train/0000.parquet',
      readFileSync(goldenPath('datasets/gsm8k-main-train.parquet')),
    )
    const failure = await failureOf(() => rowsOf({}))
    expect([failure.code, failure.issues?.[0]?.path]).toEqual(['data.format', 'mixture.0.source'])
    expect(failure.message).toContain('its columns are question, answer')
  })

  it.each([
    [{ split: 'dev' }, 'there is no split dev, only train'],
    [{ subset: 'x' }, 'there is no subset x, only default'],
  ])('%j that it lacks is said with what it has', async (asked, words) => {
    put('org/set@parquet/default/train/0000.parquet', chats)
    const failure = await failureOf(() => rowsOf(asked))
    expect([failure.code, failure.message]).toEqual(['hub.not-found', expect.stringContaining(words)])
  })

  it('without any file of data shows its files', async () => {
    put('org/set/notes.csv', Buffer.from('a'))
    expect((await failureOf(() => rowsOf({}))).message).toContain('its files are notes.csv')
  })

  it('that is not here is offered as a download, and is then here', async () => {
    put('org/set@parquet/default/train/0000.parquet', chats)
    const failure = await failureOf(() => rowsOf({}, false))
    expect([failure.code, failure.message]).toEqual(['data.missing', expect.stringContaining(cache)])
    expect(failure.message).toContain(join(locations.configDir, 'org/set'))
    const entry = mixtureEntry.parse({ task: 'Conversations', source: 'org/set', split: 'train' })
    const [pending] = await missingDownloads([entry], locations)
    if (pending?.kind !== 'split') throw new Error('nothing is missing')
    expect(pending.label).toBe('org/set, train')
    expect(await pending.download.size()).toMatchObject({ total: chats.length, arrived: 0 })
    await runDownload(pending)
    expect(await missingDownloads([entry], locations)).toEqual([])
    expect(await rowsOf({ split: 'train' }, false)).toBeGreaterThan(10)
  })

  it('of which only a part has come is not taken for the whole', async () => {
    put('org/set@parquet/default/train/0000.parquet', chats)
    put('org/set@parquet/default/train/0001.parquet', otherChats)
    server.faults = [{ kind: 'whole' }, { kind: 'status', status: 403 }]
    await failureOf(() => rowsOf({}))
    expect(readdirSync(join(cache, 'datasets--org--set', 'blobs'))).toContain(sha256(chats))
    expect((await failureOf(() => rowsOf({}, false))).code).toBe('data.missing')
    const rows = await rowsOf({})
    rmSync(join(cache, 'datasets--org--set', 'midbench'), { recursive: true })
    expect((await failureOf(() => rowsOf({}, false))).code).toBe('data.missing')
    expect(rows).toBeGreaterThan(20)
  })

  it('that Python’s tools downloaded is found where its names show that it is whole', async () => {
    const folder = join(cache, 'datasets--org--set', 'snapshots', COMMIT, 'data')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'train-00000-of-00002.parquet'), chats)
    expect((await failureOf(() => rowsOf({}, false))).code).toBe('data.missing')
    writeFileSync(join(folder, 'train-00001-of-00002.parquet'), chats)
    expect(await rowsOf({}, false)).toBeGreaterThan(20)
  })

  it('that nanochat has in task_data is found there', async () => {
    const folder = join(locations.baseDir, 'task_data', 'org--set', 'default', 'train')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '00000.parquet'), chats)
    writeFileSync(join(folder, 'manifest.json'), '["00000.parquet"]')
    expect(await rowsOf({}, false)).toBeGreaterThan(10)
  })
})
