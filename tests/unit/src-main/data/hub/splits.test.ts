import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { HubSettings } from '../../../../../src-main/data/hub/hub-env'
import { downloadSplit, findSplit } from '../../../../../src-main/data/hub/splits'
import { failureOf } from '../../../../support/failure'
import { COMMIT, gitSha1, sha256, startHubServer, type HubServer } from '../../../../support/hub-server'
import { temporaryFolder } from '../../../../support/temporary-folder'

const POLICY = { attempts: 4, firstDelayMs: 1, longestDelayMs: 20, stallMs: 200 }
const DATASET = { repo: 'org/set', folder: 'all', split: 'train' }
const PARTS = ['all/train-00000-of-00002.parquet', 'all/train-00001-of-00002.parquet']
const contents = PARTS.map((path) => Buffer.from(path.repeat(100)))

let server: HubServer
let hub: HubSettings
let repoDir: string

beforeEach(async () => {
  server = await startHubServer()
  PARTS.forEach((path, i) =>
    server.files.set(`org/set/${path}`, { content: contents[i] ?? Buffer.alloc(0), large: i === 0 }),
  )
  server.files.set('org/set/all/test-00000-of-00001.parquet', { content: Buffer.from('t'), large: true })
  const cacheDir = temporaryFolder()
  hub = { cacheDir, endpoint: server.endpoint, token: null, offline: false }
  repoDir = join(cacheDir, 'datasets--org--set')
})

const download = (dataset = DATASET) => downloadSplit(dataset, hub, { policy: POLICY })

/** Puts a snapshot there as Python would. */
function pythonHas(commit: string, paths: readonly string[], ref: boolean): void {
  for (const path of paths) {
    mkdirSync(join(repoDir, 'snapshots', commit, 'all'), { recursive: true })
    writeFileSync(join(repoDir, 'snapshots', commit, path), 'x')
  }
  if (!ref) return
  mkdirSync(join(repoDir, 'refs'), { recursive: true })
  writeFileSync(join(repoDir, 'refs', 'main'), commit)
}

describe('downloadSplit', () => {
  it('lays the files out as the Python tools do', async () => {
    const paths = await download()
    expect(paths).toEqual(PARTS.map((path) => join(repoDir, 'snapshots', COMMIT, path)))
    expect(paths.map((path) => readFileSync(path))).toEqual(contents)
    // Large files go by their sha256, small ones by git's sha1.
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = contents
    expect(paths.map((path) => readlinkSync(path))).toEqual([
      `../../../blobs/${sha256(first)}`,
      `../../../blobs/${gitSha1(second)}`,
    ])
    expect(readFileSync(join(repoDir, 'refs', 'main'), 'utf8')).toBe(COMMIT)
    expect(await findSplit(DATASET, hub)).toEqual(paths)
    expect(await findSplit({ ...DATASET, split: 'test' }, hub)).toBeUndefined()
  })

  it('reads listings of several pages', async () => {
    server.pageSize = 1
    expect(await download()).toHaveLength(2)
  })

  it('sends the token to the hub, and to no other server', async () => {
    hub = { ...hub, token: 'secret' }
    await download()
    const tokens = (cdn: boolean) =>
      server.requests.filter(({ path }) => path.startsWith('/cdn/') === cdn).map(({ token }) => token)
    expect(tokens(false)).toEqual(new Array(4).fill('Bearer secret'))
    expect(tokens(true)).toEqual([undefined, undefined])
  })

  it('downloads only what is missing', async () => {
    const [first = ''] = await download()
    rmSync(first)
    rmSync(join(repoDir, 'blobs', sha256(contents[0] ?? Buffer.alloc(0))))
    server.requests.length = 0
    await download()
    expect(server.requests.filter(({ path }) => path.startsWith('/cdn/'))).toHaveLength(1)
    expect(readFileSync(first)).toEqual(contents[0])
  })

  it('counts its progress over all files', async () => {
    const total = contents.reduce((sum, { length }) => sum + length, 0)
    const seen: number[] = []
    await downloadSplit(DATASET, hub, {
      policy: POLICY,
      onProgress: (progress) => {
        expect([progress.unit, progress.total]).toEqual(['bytes', total])
        seen.push(progress.done)
      },
    })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(total)
  })

  it('survives a hub that fails now and then', async () => {
    server.apiFaults = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429 },
    ]
    server.faults = [
      { kind: 'cut', after: 100 },
      { kind: 'status', status: 503 },
    ]
    expect((await download()).map((path) => readFileSync(path))).toEqual(contents)
  })

  it.each([
    [{ kind: 'status', status: 401 }, 'hub.unauthorized'],
    [{ kind: 'status', status: 404 }, 'hub.not-found'],
    [{ kind: 'garbage' }, 'hub.strange'],
  ] as const)('says what is wrong when the hub answers %j', async (fault, code) => {
    server.apiFaults = [fault]
    const failure = await failureOf(download)
    expect(failure.code).toBe(code)
    expect(failure.message).toContain('org/set')
    expect(existsSync(join(repoDir, 'refs'))).toBe(false)
  })

  it('says when the repository has no such split, or not the whole of it', async () => {
    const failure = await failureOf(() => download({ ...DATASET, split: 'validation' }))
    expect(failure.code).toBe('hub.not-found')
    server.files.delete(`org/set/${PARTS[1] ?? ''}`)
    expect((await failureOf(download)).code).toBe('hub.not-found')
  })

  it('makes no request when it is offline', async () => {
    hub = { ...hub, offline: true }
    expect((await failureOf(download)).code).toBe('hub.offline')
    expect(server.requests).toEqual([])
  })

  it('refuses before it begins what the disk has no room for', async () => {
    const huge = { content: Buffer.from('x'), large: true }
    // The listing says what the disk cannot hold.
    Object.defineProperty(huge.content, 'length', { value: 1e15 })
    server.files.set('org/set/all/huge-00000-of-00001.parquet', huge)
    const failure = await failureOf(() => download({ ...DATASET, split: 'huge' }))
    expect(failure.code).toBe('disk.full')
    expect(server.requests.filter(({ path }) => path.startsWith('/cdn/'))).toEqual([])
  })
})

describe('findSplit', () => {
  it('finds what Python has downloaded, on the branch main or for a commit', async () => {
    pythonHas('a'.repeat(40), PARTS, false)
    expect((await findSplit(DATASET, hub))?.[0]).toContain('a'.repeat(40))
    pythonHas('b'.repeat(40), PARTS, true)
    expect((await findSplit(DATASET, hub))?.[0]).toContain('b'.repeat(40))
  })

  it('does not take a part for the whole', async () => {
    pythonHas('a'.repeat(40), PARTS.slice(1), true)
    expect(await findSplit(DATASET, hub)).toBeUndefined()
    pythonHas('c'.repeat(40), PARTS, false)
    expect((await findSplit(DATASET, hub))?.[0]).toContain('c'.repeat(40))
  })

  it('does not follow links that lead nowhere', async () => {
    const [first = ''] = await download()
    rmSync(join(repoDir, 'blobs', sha256(contents[0] ?? Buffer.alloc(0))))
    expect(existsSync(first)).toBe(false)
    expect(await findSplit(DATASET, hub)).toBeUndefined()
  })
})
