/** The downloads.* calls against a hub on this machine. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'

import { DataAccess } from '../../../../../src-main/services/data-access'
import { Jobs } from '../../../../../src-main/services/jobs'
import { downloadHandlers } from '../../../../../src-main/ipc/handlers/downloads'
import { runConfig } from '../../../../../src-main/config/config.schema'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { startHubServer, type HubServer } from '../../../../support/hub-server'
import { temporaryFolder } from '../../../../support/temporary-folder'

const config = runConfig.parse({
  base_dir: '.',
  mixture: {
    train: [{ task: 'GSM8K', subset: 'main', split: 'train' }],
    val: [
      { task: 'SpellingBee', split: 'test', size: 5 },
      { task: 'GSM8K', subset: 'main', split: 'train', stop: 3 },
    ],
  },
})
const parquet = readFileSync(goldenPath('datasets/gsm8k-main-train.parquet'))
const ID = 'openai/gsm8k, main train'

let server: HubServer
let dir: string
let jobs: Jobs
let progress: { done: number; total: number | null; unit: string }[]
let calls: ReturnType<typeof downloadHandlers>

beforeEach(async () => {
  server = await startHubServer()
  dir = temporaryFolder()
  vi.stubEnv('HF_ENDPOINT', server.endpoint)
  vi.stubEnv('HF_HOME', join(dir, 'hf'))
  vi.stubEnv('HF_HUB_OFFLINE', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  server.files.set('openai/gsm8k/main/train-00000-of-00001.parquet', { content: parquet, large: true })
  progress = []
  jobs = new Jobs(({ done, total, unit }) => progress.push({ done, total, unit }))
  calls = checked(
    downloadHandlers(new DataAccess({ cacheDir: join(dir, 'cache'), defaultBaseDir: () => null }), jobs),
  )
})

const one = (id = ID): Parameters<(typeof calls)['downloads.start']>[0] => ({ config, dir, id, job: 'get' })

describe('downloads.missing', () => {
  it('names what is lacking with the entries that need it, and makes no request', async () => {
    expect(await calls['downloads.missing']({ config, dir })).toEqual({
      offline: false,
      pending: [
        {
          ...{ id: ID, label: ID, dir: join(dir, 'hf', 'hub'), unusable: null },
          entries: [
            { split: 'train', index: 0 },
            { split: 'val', index: 1 },
          ],
        },
        {
          ...{ id: join(dir, 'words_alpha.txt'), label: join(dir, 'words_alpha.txt'), dir, unusable: null },
          entries: [{ split: 'val', index: 0 }],
        },
      ],
    })
    expect(server.requests).toEqual([])
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    expect((await calls['downloads.missing']({ config, dir })).offline).toBe(true)
  })

  it('sends data to nanochat’s task_data with recipe sft', async () => {
    const { pending } = await calls['downloads.missing']({ config: { ...config, recipe: 'sft' }, dir })
    expect(pending.map((each) => each.dir)).toEqual([join(dir, 'task_data'), dir])
  })
})

describe('downloads.size', () => {
  it('asks how much it is, and what of it is here', async () => {
    const size = await calls['downloads.size'](one())
    expect(size).toMatchObject({ total: parquet.length, arrived: 0 })
    expect(size.free).toBeGreaterThan(0)
  })

  it.each([
    [{ kind: 'status', status: 401 }, 'hub.unauthorized', /HF_TOKEN/],
    [{ kind: 'status', status: 404 }, 'hub.not-found', /HF_ENDPOINT/],
    [{ kind: 'garbage' }, 'hub.strange', /HF_ENDPOINT/],
  ] as const)('says of %j what it means', async (fault, code, remedy) => {
    server.apiFaults.push(fault)
    const failure = await failureOf(() => Promise.resolve(calls['downloads.size'](one())))
    expect(failure.code).toBe(code)
    expect(failure.remedy).toMatch(remedy)
  })
})

describe('downloads.start', () => {
  it('downloads with progress in bytes, after which it is not lacking', async () => {
    await calls['downloads.start'](one())
    expect(progress.at(-1)).toEqual({ done: parquet.length, total: parquet.length, unit: 'bytes' })
    const { pending } = await calls['downloads.missing']({ config, dir })
    expect(pending.map(({ id }) => id)).toEqual([join(dir, 'words_alpha.txt')])
    await expect(calls['downloads.start'](one())).rejects.toMatchObject({ code: 'downloads.not-missing' })
  })

  it('keeps what had arrived when it is cancelled, and goes on from there', async () => {
    server.faults.push({ kind: 'stall', after: 1000 })
    const started = Promise.resolve(calls['downloads.start'](one()))
    await vi.waitUntil(() => progress.length > 0, { timeout: 20_000 })
    jobs.cancel('get')
    await expect(started).rejects.toThrow()
    expect(await calls['downloads.size'](one())).toMatchObject({ arrived: 1000 })
    await calls['downloads.start'](one())
    expect(server.requests.at(-1)?.range).toBe('bytes=1000-')
  })

  it('refuses while offline', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    await expect(calls['downloads.start'](one())).rejects.toMatchObject({ code: 'hub.offline' })
    expect(server.requests).toEqual([])
  })
})
