import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { downloadSize, missingDownloads, runDownload } from '../../../../src-main/data/downloads'
import { ensureBaseFile } from '../../../../src-main/data/hub/base-files'
import { openMixture, type DataLocations } from '../../../../src-main/data/mixture'
import type { MixtureEntry } from '../../../../src-main/data/mixture.schema'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { startHubServer, type HubServer } from '../../../support/hub-server'
import { temporaryFolder } from '../../../support/temporary-folder'

let server: HubServer
let locations: DataLocations

beforeEach(async () => {
  server = await startHubServer()
  const folder = temporaryFolder()
  vi.stubEnv('HF_ENDPOINT', server.endpoint)
  vi.stubEnv('HF_HOME', join(folder, 'hf'))
  vi.stubEnv('HF_HUB_OFFLINE', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  locations = { baseDir: folder, configDir: folder, cacheDir: join(folder, 'cache') }
  const gsm8k = readFileSync(goldenPath('datasets/gsm8k-main-train.parquet'))
  server.files.set('openai/gsm8k/main/train-00000-of-00001.parquet', { content: gsm8k, large: true })
})

const GSM8K: MixtureEntry = { task: 'GSM8K', subset: 'main', split: 'train' }

describe('missingDownloads', () => {
  it('lists what the default mixture needs, each thing once', async () => {
    const identity = join(locations.baseDir, 'identity_conversations.jsonl')
    const entries: MixtureEntry[] = [
      { task: 'SmolTalk', split: 'train' },
      { task: 'MMLU', subset: 'auxiliary_train', split: 'train' },
      GSM8K,
      { task: 'CustomJSON', filepath: 'identity_conversations.jsonl' },
      { task: 'SimpleSpelling', split: 'train', size: 10 },
      { task: 'SpellingBee', split: 'train', size: 10 },
      { task: 'SmolTalk', split: 'train', data_files: 'mine.parquet' },
      { task: 'CustomJSON', filepath: 'mine.jsonl' },
      { task: 'SpellingBee', split: 'train', size: 10, word_list: 'mine.txt' },
    ]
    const missing = await missingDownloads(entries, locations)
    expect(missing.map(({ label, entries: needing }) => [label, needing])).toEqual([
      ['HuggingFaceTB/smol-smoltalk, train', [0]],
      ['cais/mmlu, auxiliary_train train', [1]],
      ['openai/gsm8k, main train', [2]],
      [identity, [3]],
      [join(locations.baseDir, 'words_alpha.txt'), [4, 5]],
    ])
    expect(server.requests).toEqual([])
  })

  it('lists nothing once it is there', async () => {
    const [pending] = await missingDownloads([GSM8K], locations)
    if (pending === undefined) throw new Error('nothing is missing')
    await runDownload(pending)
    expect(await missingDownloads([GSM8K], locations)).toEqual([])
    const mixture = await openMixture([GSM8K], locations)
    expect(mixture.length).toBe(120)
    await mixture.close()
  })
})

describe('in a folder of today’s nanochat', () => {
  beforeEach(() => {
    mkdirSync(join(locations.baseDir, 'task_data'))
    const gsm8k = readFileSync(goldenPath('datasets/gsm8k-main-train.parquet'))
    server.files.set('openai/gsm8k@parquet/main/train/0000.parquet', { content: gsm8k, large: true })
  })

  it('goes to task_data, where nanochat finds it, and says so', async () => {
    const [pending] = await missingDownloads([GSM8K], locations)
    if (pending === undefined) throw new Error('nothing is missing')
    expect(pending.dir).toBe(join(locations.baseDir, 'task_data'))
    expect((await downloadSize(pending)).total).toBeGreaterThan(1000)
    await runDownload(pending)
    const dir = join(pending.dir, 'openai--gsm8k', 'main', 'train')
    expect(readdirSync(dir).sort()).toEqual(['00000.parquet', 'manifest.json'])
    expect(await missingDownloads([GSM8K], locations)).toEqual([])
  })

  it('is what opening a mixture does as well; its tasks say where they come from', async () => {
    const mixture = await openMixture([GSM8K], locations, { download: true })
    expect(mixture.tasks).toMatchObject([{ length: 120, place: 'task_data' }])
    await mixture.close()
  })

  it('leaves a download that was not finished unused, and names it', async () => {
    const dir = join(locations.baseDir, 'task_data', 'openai--gsm8k', 'main', 'train')
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, '00000.parquet'), 'half of it')
    const [pending] = await missingDownloads([GSM8K], locations)
    expect(pending?.unusable).toContain(`${dir} has no manifest.json`)
    const failure = await failureOf(() => openMixture([GSM8K], locations))
    expect(failure.code).toBe('data.missing')
    expect(failure.message).toContain(`${dir} has no manifest.json, so its download was not finished`)
  })
})

describe('openMixture', () => {
  it('downloads what is missing when it may', async () => {
    const mixture = await openMixture([GSM8K], locations, { download: true })
    expect(mixture.tasks).toMatchObject([{ length: 120, place: 'hub' }])
    await mixture.close()
  })

  it('says what is missing when it may not, or is offline', async () => {
    const failure = await failureOf(() => openMixture([GSM8K], locations, { split: 'train' }))
    expect(failure.code).toBe('data.missing')
    expect(failure.issues?.map((issue) => issue.path)).toEqual(['mixture.train.0.data_files'])
    expect(failure.message).toContain('openai/gsm8k, main train')
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    const offline = await failureOf(() => openMixture([GSM8K], locations, { download: true }))
    expect(offline.code).toBe('hub.offline')
    expect(server.requests).toEqual([])
  })
})

describe('ensureBaseFile', () => {
  const context = {
    signal: undefined,
    onProgress: () => undefined,
    onDamage: () => expect.unreachable(),
    download: true,
  }

  it('downloads a missing file of the nanochat folder, and leaves what is there', async () => {
    server.files.set('words', { content: Buffer.from('alpha\n'), large: false })
    const sources = { 'words_alpha.txt': `${server.endpoint}/cdn/words` }
    const path = join(locations.baseDir, 'words_alpha.txt')
    await ensureBaseFile(path, { ...locations, ...context, download: false }, sources)
    await ensureBaseFile(join(locations.baseDir, 'other.txt'), { ...locations, ...context }, sources)
    expect(server.requests).toEqual([])
    await ensureBaseFile(path, { ...locations, ...context }, sources)
    expect(readFileSync(path, 'utf8')).toBe('alpha\n')
    writeFileSync(path, 'mine\n')
    await ensureBaseFile(path, { ...locations, ...context }, sources)
    expect(readFileSync(path, 'utf8')).toBe('mine\n')
  })
})
