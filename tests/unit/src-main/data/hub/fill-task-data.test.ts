/** Downloads into nanochat's task_data from the hub's parquet export. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'

import { datasetDownload } from '../../../../../src-main/data/hub/dataset-places'
import { fillTaskData, taskDataSize } from '../../../../../src-main/data/hub/fill-task-data'
import type { HubSettings } from '../../../../../src-main/data/hub/hub-env'
import type { DownloadOptions } from '../../../../../src-main/data/hub/fetch-files'
import { findTaskData, taskDataDir } from '../../../../../src-main/data/hub/task-data'
import { failureOf } from '../../../../support/failure'
import { startHubServer, type HubServer } from '../../../../support/hub-server'
import { temporaryFolder } from '../../../../support/temporary-folder'

/** No test here waits for a stall, and a loaded machine must not look like one. */
const POLICY = { attempts: 4, firstDelayMs: 1, longestDelayMs: 20, stallMs: 20_000 }
const DATASET = { repo: 'org/set', folder: 'data', split: 'train' }
const EXPORT = 'org/set@parquet/default/train'
const contents = ['first', 'second'].map((word) => Buffer.from(word.repeat(5000)))
const total = contents.reduce((sum, { length }) => sum + length, 0)

let server: HubServer
let hub: HubSettings
let baseDir: string
let dir: string

beforeEach(async () => {
  server = await startHubServer()
  contents.forEach((content, at) =>
    server.files.set(`${EXPORT}/000${String(at)}.parquet`, { content, large: true }),
  )
  baseDir = temporaryFolder()
  dir = taskDataDir(DATASET, baseDir)
  hub = { cacheDir: join(baseDir, 'hub'), endpoint: server.endpoint, token: null, offline: false }
})

/** Says of the files neither size nor checksum before their contents. */
function withoutSizes(): void {
  for (const file of server.files.values()) file.large = false
  server.refusesHead = true
}

const fill = (options: DownloadOptions = {}) =>
  fillTaskData(DATASET, baseDir, hub, { policy: POLICY, ...options })

const fetches = () =>
  server.requests.filter(({ method, path }) => method === 'GET' && path.startsWith('/cdn/'))

function expectFilled(): void {
  expect(readdirSync(dir).sort()).toEqual(['00000.parquet', '00001.parquet', 'manifest.json'])
  expect(['00000.parquet', '00001.parquet'].map((name) => readFileSync(join(dir, name)))).toEqual(contents)
  // As nanochat's own json.dump writes it.
  expect(readFileSync(join(dir, 'manifest.json'), 'utf8')).toBe('["00000.parquet", "00001.parquet"]')
}

describe('fillTaskData', () => {
  it('leaves what nanochat would have left, and finds it', async () => {
    const files = await fill()
    expectFilled()
    expect(await findTaskData(DATASET, baseDir)).toEqual({ state: 'whole', files })
    expect(existsSync(hub.cacheDir)).toBe(false)
    expect(server.requests[0]?.path).toBe('/api/datasets/org/set/parquet/default/train')
  })

  it('downloads from a server that says nothing of the files beforehand', async () => {
    withoutSizes()
    const seen: (number | null)[] = []
    await fill({ onProgress: (progress) => seen.push(progress.total) })
    expectFilled()
    expect(new Set(seen)).toEqual(new Set([null]))
    expect(await taskDataSize(DATASET, baseDir, hub, { policy: POLICY })).toMatchObject({ total: null })
  })

  it('sends the token to the hub, and to no other server', async () => {
    hub = { ...hub, token: 'secret' }
    await fill()
    const tokens = (cdn: boolean) =>
      new Set(
        server.requests.filter(({ path }) => path.startsWith('/cdn/') === cdn).map(({ token }) => token),
      )
    expect(tokens(false)).toEqual(new Set(['Bearer secret']))
    expect(tokens(true)).toEqual(new Set([undefined]))
  })

  it('counts its progress over all files, and says the size beforehand', async () => {
    expect(await taskDataSize(DATASET, baseDir, hub)).toMatchObject({ total, arrived: 0 })
    expect(fetches()).toEqual([])
    const seen: number[] = []
    await fill({
      onProgress: (progress) => {
        expect([progress.unit, progress.total]).toEqual(['bytes', total])
        seen.push(progress.done)
      },
    })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(total)
  })

  it.each([
    ['with', 'a checksum'],
    ['without', 'one'],
  ])('goes on from where it was cancelled, %s %s', async (known) => {
    if (known === 'without') withoutSizes()
    const cancel = new AbortController()
    server.faults = [{ kind: 'stall', after: 20_000 }]
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 20_000) cancel.abort()
    }
    await expect(fill({ signal: cancel.signal, onProgress })).rejects.toThrow('abort')
    expect((await findTaskData(DATASET, baseDir)).state).toBe('lacking')
    expect(await taskDataSize(DATASET, baseDir, hub)).toMatchObject({ arrived: 20_000 })
    await fill()
    expectFilled()
    expect(fetches().map(({ range }) => range)).toEqual([undefined, 'bytes=20000-', undefined])
  })

  it('survives a hub that fails now and then', async () => {
    server.apiFaults = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429 },
    ]
    server.faults = [{ kind: 'cut', after: 100 }, { kind: 'garbage' }]
    await fill()
    expectFilled()
  })

  it('keeps whole files of an unfinished download, and fetches cut and foreign ones again', async () => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = contents
    for (const there of [
      [first, second.subarray(1)],
      [Buffer.alloc(first.length), second],
    ]) {
      server.requests.length = 0
      mkdirSync(dir, { recursive: true })
      there.forEach((content, at) => {
        writeFileSync(join(dir, `0000${String(at)}.parquet`), content)
      })
      await fill()
      expectFilled()
      expect(fetches()).toHaveLength(1)
    }
  })

  it('takes away a manifest that names missing files before it begins', async () => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, 'manifest.json'), '["00000.parquet", "00001.parquet"]')
    server.faults = [{ kind: 'status', status: 404 }]
    expect((await failureOf(fill)).code).toBe('hub.not-found')
    expect(existsSync(join(dir, 'manifest.json'))).toBe(false)
    await fill()
    expectFilled()
  })

  it.each([
    [{ kind: 'status', status: 401 }, 'hub.unauthorized'],
    [{ kind: 'status', status: 404 }, 'hub.not-found'],
    [{ kind: 'garbage' }, 'hub.strange'],
  ] as const)('says what is wrong when the hub answers %j', async (fault, code) => {
    server.apiFaults = [fault]
    const failure = await failureOf(fill)
    expect(failure.code).toBe(code)
    expect(failure.message).toContain('org/set')
    expect(existsSync(dir)).toBe(false)
  })

  it('names what is missing before it says that there is no network, or that none may be used', async () => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, '00000.parquet'), 'x')
    hub = { ...hub, endpoint: 'http://127.0.0.1:9' }
    const unreached = await failureOf(fill)
    expect(unreached.code).toBe('hub.network')
    expect(unreached.message).toContain(`${dir} has no manifest.json`)
    hub = { ...hub, offline: true }
    const offline = await failureOf(fill)
    expect(offline.code).toBe('hub.offline')
    expect(offline.message).toContain(`${dir} has no manifest.json`)
  })

  it('writes nothing through a link to nowhere', async () => {
    symlinkSync('/nowhere/at/all', join(baseDir, 'task_data'))
    const failure = await failureOf(fill)
    expect(failure.code).toBe('data.missing')
    expect(failure.message).toContain('leads to /nowhere/at/all')
    expect(server.requests).toEqual([])
  })
})

describe('datasetDownload', () => {
  it('goes to task_data for today’s nanochat, and to the hub’s cache else', async () => {
    const placeOf = async (taskDataFirst: boolean): Promise<string> =>
      (await datasetDownload(DATASET, hub, { baseDir, taskDataFirst })).place
    expect([await placeOf(false), await placeOf(true)]).toEqual(['hub', 'task_data'])
    writeFileSync(join(baseDir, 'base_recipe.json'), '{}')
    expect([await placeOf(false), await placeOf(true)]).toEqual(['hub', 'hub'])
    mkdirSync(join(baseDir, 'task_data'))
    expect([await placeOf(false), await placeOf(true)]).toEqual(['task_data', 'task_data'])
  })
})
