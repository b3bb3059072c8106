import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { download, npm, pip, type Client } from '../../../../../src-main/native/setup/download'
import type { PinnedFile } from '../../../../../src-main/native/setup/pinned'
import type { SetupEvent } from '../../../../../src-main/native/setup/report'
import { containing } from '../../../../support/containing'
import { temporaryFolder } from '../../../../support/temporary-folder'

const content = 'the contents of a wheel'
const pin: PinnedFile = {
  requirement: 'example==1.0',
  file: 'example-1.0.whl',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}

let cache: string
let events: SetupEvent[]
const report = (event: SetupEvent) => void events.push(event)

beforeEach(() => {
  cache = temporaryFolder()
  events = []
  vi.stubEnv('MIDBENCH_CACHE', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** A package client that fails some times before it delivers, and counts how often it was run. */
function client(failures: number, delivered = content): { client: Client; runs: () => number } {
  const counter = join(cache, 'runs')
  const program = `const fs = require('node:fs')
    const runs = fs.existsSync(process.argv[1]) ? Number(fs.readFileSync(process.argv[1])) + 1 : 1
    fs.writeFileSync(process.argv[1], String(runs))
    if (runs <= ${failures}) { console.error('connection reset'); process.exit(1) }
    fs.writeFileSync(process.argv[2], ${JSON.stringify(delivered)})`
  return {
    client: ({ file }, folder) => ({
      command: process.execPath,
      args: ['--eval', program, counter, join(folder, file)],
      remedy: 'none',
    }),
    runs: () => Number(readFileSync(counter, 'utf8')),
  }
}

function downloads(): string[] {
  return existsSync(join(cache, 'downloads')) ? readdirSync(join(cache, 'downloads')) : []
}

describe('download', () => {
  it('keeps what it fetched and does not fetch it again', async () => {
    const { client: works, runs } = client(0)
    const path = await download(pin, works, report)
    expect(readFileSync(path, 'utf8')).toBe(content)
    expect(downloads()).toEqual([pin.file])
    expect(await download(pin, works, report)).toBe(path)
    expect(runs()).toBe(1)
  })

  it('tries again, and says why', async () => {
    const { client: recovers, runs } = client(2)
    await download(pin, recovers, report, { waits: [0, 0] })
    expect(runs()).toBe(3)
    const notes = events.filter((event) => event.kind === 'note').map((event) => event.message)
    expect(notes).toHaveLength(2)
    expect(notes[0]).toContain('connection reset')
  })

  it('gives up after the last attempt and leaves nothing', async () => {
    const { client: broken, runs } = client(9)
    await expect(download(pin, broken, report, { waits: [0, 0] })).rejects.toMatchObject({
      code: 'download.failed',
      message: containing('connection reset'),
      remedy: containing('network'),
    })
    expect(runs()).toBe(3)
    expect(downloads()).toEqual([])
  })

  it('refuses a file with another sha256 and leaves nothing', async () => {
    const { client: tampered } = client(0, 'something else')
    await expect(download(pin, tampered, report, { waits: [] })).rejects.toMatchObject({
      code: 'download.checksum',
      message: containing(pin.sha256),
    })
    expect(downloads()).toEqual([])
  })

  it('fetches again what is damaged in the cache', async () => {
    mkdirSync(join(cache, 'downloads'))
    writeFileSync(join(cache, 'downloads', pin.file), 'the contents of a whee')
    const { client: works, runs } = client(0)
    expect(readFileSync(await download(pin, works, report), 'utf8')).toBe(content)
    expect(runs()).toBe(1)
    expect(events[0]?.message).toContain('damaged')
  })

  it('says what to install where the client is missing, without trying again', async () => {
    vi.stubEnv('PATH', '')
    await expect(download(pin, pip, report)).rejects.toMatchObject({
      code: 'command.missing',
      remedy: containing('python3-pip'),
    })
    await expect(download(pin, npm, report)).rejects.toMatchObject({ code: 'command.missing' })
  })

  it('passes on what the real pip says where it reaches no registry', async () => {
    vi.stubEnv('PIP_NO_INDEX', '1')
    vi.stubEnv('PIP_FIND_LINKS', '')
    const absent = { ...pin, requirement: 'midbench-no-such-package==1.0' }
    await expect(download(absent, pip, report, { waits: [] })).rejects.toMatchObject({
      code: 'download.failed',
      message: containing('midbench-no-such-package'),
    })
  })
})
