import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  fetchFile,
  partialPath,
  type FetchOptions,
  type FileRequest,
} from '../../../../../src-main/data/hub/fetch-file'
import { ownerTag, thisThread } from '../../../../../src-main/files/process-identity'
import { failureOf } from '../../../../support/failure'
import { gitSha1, sha256, startHubServer, type HubServer } from '../../../../support/hub-server'
import { temporaryFolder } from '../../../../support/temporary-folder'

const POLICY = { attempts: 6, firstDelayMs: 1, longestDelayMs: 20, stallMs: 150 }
/** For tests in which a loaded machine must not look like a stalled server. */
const PATIENT = { ...POLICY, stallMs: 20_000 }
const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251))

let hub: HubServer
let request: FileRequest

beforeEach(async () => {
  hub = await startHubServer()
  hub.files.set('o/r/f', { content, large: true })
  request = {
    url: `${hub.endpoint}/cdn/o/r/f`,
    target: join(temporaryFolder(), 'blobs', 'f'),
    what: 'the file f',
    size: content.length,
    checksum: { kind: 'sha256', hex: sha256(content) },
  }
})

function fetched(options: FetchOptions = {}): Promise<void> {
  return fetchFile(request, { policy: POLICY, ...options })
}

function expectWhole(): void {
  expect(readFileSync(request.target).equals(content)).toBe(true)
  expect(readdirSync(dirname(request.target))).toEqual(['f'])
}

function ranges(): (string | undefined)[] {
  return hub.requests.map(({ range }) => range)
}

describe('fetchFile', () => {
  it('downloads in one piece, with progress', async () => {
    const seen: number[] = []
    await fetched({
      onProgress: (done, total) => {
        expect(total).toBe(content.length)
        seen.push(done)
      },
    })
    expectWhole()
    expect(seen.at(-1)).toBe(content.length)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('goes on from where it was cut, again and again', async () => {
    hub.faults = Array.from({ length: 10 }, () => ({ kind: 'cut', after: 15_000 }))
    await fetched()
    expectWhole()
    expect(ranges().slice(0, 3)).toEqual([undefined, 'bytes=15000-', 'bytes=30000-'])
  })

  it('gives a server up that stalls, and goes on from there', async () => {
    hub.faults = [{ kind: 'stall', after: 50_000 }]
    await fetched()
    expectWhole()
    expect(ranges()).toEqual([undefined, 'bytes=50000-'])
  })

  it.each([408, 429, 500, 502, 503])('tries again after %i', async (status) => {
    hub.faults = [
      { kind: 'status', status },
      { kind: 'cut', after: 10 },
      { kind: 'status', status },
    ]
    await fetched()
    expectWhole()
  })

  it('waits as long as the server asks', async () => {
    hub.faults = [{ kind: 'status', status: 429, retryAfter: '1' }]
    const began = performance.now()
    await fetched({ policy: { ...POLICY, longestDelayMs: 5000 } })
    expect(performance.now() - began).toBeGreaterThan(900)
    expectWhole()
  })

  it.each([
    [401, 'hub.unauthorized'],
    [403, 'hub.unauthorized'],
    [404, 'hub.not-found'],
    [451, 'hub.refused'],
  ])('does not try again after %i', async (status, code) => {
    hub.faults = [{ kind: 'status', status }]
    const failure = await failureOf(fetched)
    expect(failure.code).toBe(code)
    expect(failure.message).toContain('The file f')
    expect(hub.requests).toHaveLength(1)
    expect(existsSync(request.target)).toBe(false)
  })

  it.each([
    [{ kind: 'length', bytes: content.length + 1000 }],
    [{ kind: 'length', bytes: content.length - 1000 }],
    [{ kind: 'garbage' }],
  ] as const)('survives a server that lies once: %j', async (fault) => {
    hub.faults = [fault]
    await fetched()
    expectWhole()
  })

  it.each([
    [{ kind: 'length', bytes: content.length + 1000 }, 'hub.length', 6],
    [{ kind: 'length', bytes: content.length - 1000 }, 'hub.length', 6],
    [{ kind: 'garbage' }, 'hub.checksum', 2],
    [{ kind: 'status', status: 503 }, 'hub.server', 6],
    [{ kind: 'status', status: 429 }, 'hub.rate-limited', 6],
    [{ kind: 'stall', after: 0 }, 'hub.stalled', 6],
    [{ kind: 'cut', after: 0 }, 'hub.network', 6],
  ] as const)('gives up on a server that always does %j', async (fault, code, requests) => {
    hub.faults = Array.from({ length: 50 }, () => fault)
    const failure = await failureOf(fetched)
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(/given up after \d tries/)
    expect(hub.requests).toHaveLength(requests)
    expect(existsSync(request.target)).toBe(false)
  })

  it('starts over when the server sends the whole file, or another part, in place of the rest', async () => {
    for (const kind of ['whole', 'other-part'] as const) {
      hub.requests.length = 0
      request.target = join(temporaryFolder(), 'blobs', 'f')
      hub.faults = [{ kind: 'cut', after: 60_000 }, { kind }]
      await fetched()
      expectWhole()
      expect(ranges().slice(0, 2)).toEqual([undefined, 'bytes=60000-'])
    }
  })

  it('keeps what has arrived when it is aborted, and a later call goes on from there', async () => {
    const pause = new AbortController()
    hub.faults = [{ kind: 'stall', after: 120_000 }]
    const onProgress = (done: number): void => {
      if (done === 120_000) pause.abort()
    }
    await expect(fetched({ signal: pause.signal, onProgress })).rejects.toThrow('abort')
    expect(readFileSync(partialPath(request.target))).toHaveLength(120_000)
    await fetched()
    expectWhole()
    expect(ranges()).toEqual([undefined, 'bytes=120000-'])
  })

  it('starts over from a partial file that is wrong or too long', async () => {
    for (const bytes of [Buffer.alloc(1000, 'x'), Buffer.alloc(content.length), Buffer.alloc(300_000)]) {
      request.target = join(temporaryFolder(), 'blobs', 'f')
      mkdirSync(dirname(request.target))
      writeFileSync(partialPath(request.target), bytes)
      await fetched()
      expectWhole()
    }
  })

  it("checks git's sha1 of small files", async () => {
    request.checksum = { kind: 'git-sha1', hex: gitSha1(content) }
    await fetched()
    expectWhole()
  })

  it('downloads what has no known size or checksum, from the start when a process left something', async () => {
    const { url, target, what } = request
    mkdirSync(dirname(target))
    writeFileSync(partialPath(target), 'of an older version')
    hub.faults = [{ kind: 'cut', after: 10_000 }]
    await fetchFile({ url, target, what }, { policy: POLICY })
    expectWhole()
  })

  it('goes on in a later process without a checksum where the server has the same version', async () => {
    const { url, target, what } = request
    const pause = new AbortController()
    hub.faults = [{ kind: 'stall', after: 120_000 }]
    const onProgress = (done: number): void => {
      if (done === 120_000) pause.abort()
    }
    const first = fetchFile({ url, target, what }, { policy: PATIENT, signal: pause.signal, onProgress })
    await expect(first).rejects.toThrow('abort')
    await fetchFile({ url, target, what }, { policy: PATIENT })
    expectWhole()
    expect(ranges()).toEqual([undefined, 'bytes=120000-'])
  })

  it.each(['at the next try', 'in a later process'])(
    'never puts two versions together where no checksum would tell: a new one %s',
    async (when) => {
      const { url, target, what } = request
      hub.files.set('o/r/f', { content: Buffer.alloc(150_000, 'old'), large: false, etag: '"old"' })
      const isLater = when === 'in a later process'
      hub.faults = [{ kind: isLater ? 'stall' : 'cut', after: 60_000 }]
      const pause = new AbortController()
      const onProgress = (done: number): void => {
        if (done !== 60_000) return
        hub.files.set('o/r/f', { content, large: false, etag: '"new"' })
        if (isLater) pause.abort()
      }
      const first = fetchFile({ url, target, what }, { policy: PATIENT, signal: pause.signal, onProgress })
      if (isLater) {
        await expect(first).rejects.toThrow('abort')
        await fetchFile({ url, target, what }, { policy: PATIENT })
      } else await first
      expectWhole()
      expect(ranges()).toEqual([undefined, 'bytes=60000-'])
    },
  )

  it('downloads once when two want the same file', async () => {
    await Promise.all([fetched(), fetched()])
    expectWhole()
    expect(hub.requests).toHaveLength(1)
  })

  it('takes over the lock of a process that was killed', async () => {
    const lock = `${request.target}.midbench.lock`
    mkdirSync(lock, { recursive: true })
    writeFileSync(join(lock, `${ownerTag({ ...thisThread(), pid: 2 ** 30 })}-00112233aabb`), '')
    await fetched()
    expect(existsSync(lock)).toBe(false)
    expectWhole()
  })

  it('says when there is no server', async () => {
    request.url = 'http://127.0.0.1:9/f'
    const failure = await failureOf(fetched)
    expect(failure.code).toBe('hub.network')
  })
})
