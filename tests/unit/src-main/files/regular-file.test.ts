import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

import { inspectCheckpoint } from '../../../../src-main/checkpoint/inspect'
import { loadMeta } from '../../../../src-main/checkpoint/nanochat-files'
import { withTorchFile } from '../../../../src-main/checkpoint/torch-read'
import { fileIdentity } from '../../../../src-main/data/files/identity'
import { openParquet } from '../../../../src-main/data/files/parquet-rows'
import { textLines } from '../../../../src-main/data/files/text-lines'
import {
  requireContents,
  requireRegularFile,
  requireRegularFileSync,
} from '../../../../src-main/files/regular-file'
import { readTextFile } from '../../../../src-main/files/text-file'
import { openStoredZip } from '../../../../src-main/pickle/stored-zip'
import { loadConfig } from '../../../../src-main/config/config'
import { readEncoding } from '../../../../src-main/tokenizer/encoding-file'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** Something of each kind that is no file. */
async function others(): Promise<[path: string, kind: string][]> {
  const folder = temporaryFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const socket = join(folder, 'socket')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  closing.push(() => server.close())
  return [
    [folder, 'a folder'],
    [pipe, 'a pipe'],
    [socket, 'a socket'],
    ['/dev/zero', 'a device'],
  ]
}

async function firstOf(lines: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of lines) return
}

/** Wherever a path is taken to be read. */
const readers: [string, (path: string) => unknown][] = [
  ['a check', requireRegularFile],
  ['a check at once', requireRegularFileSync],
  ['a text', readTextFile],
  ['a config', (path) => loadConfig(path)],
  ['lines', (path) => firstOf(textLines(path))],
  ['an identity', (path) => fileIdentity(path, temporaryFolder())],
  ['parquet', (path) => openParquet(path, [])],
  ['a zip file', openStoredZip],
  ['a torch file', (path) => withTorchFile(path, async () => undefined)],
  ['a tokenizer', readEncoding],
]

it.each(readers)('%s is not read from what is no file', async (_name, read) => {
  for (const [path, kind] of await others()) {
    const failure = await failureOf(() => read(path))
    expect(failure).toMatchObject({ code: 'file.not-regular', message: `${path} is ${kind}, not a file.` })
  }
})

it.each(readers)('%s is not read from a path with a NUL character', async (_name, read) => {
  expect((await failureOf(() => read('/tmp/a\0b'))).message).toBe(
    'The path "/tmp/a\\u0000b" holds a NUL character.',
  )
})

describe('where contents are needed', () => {
  const needing = readers.filter(([name]) =>
    ['a text', 'a config', 'parquet', 'a zip file', 'a torch file', 'a tokenizer'].includes(name),
  )
  const file = (content: string): string => {
    const path = join(temporaryFolder(), 'file')
    writeFileSync(path, content)
    return path
  }

  it.each(needing)('%s: a Git LFS pointer is called by its name', async (_name, read) => {
    const failure = await failureOf(() => read(file(LFS)))
    expect(failure).toMatchObject({ code: 'file.lfs-pointer' })
    expect(failure.message).toContain('is a Git LFS pointer')
    expect(failure.remedy).toContain('git lfs pull')
  })

  it.each(needing)('%s: so is an empty file', async (_name, read) => {
    expect(await failureOf(() => read(file('')))).toMatchObject({ code: 'file.empty' })
  })

  it.skipIf(process.platform !== 'linux')('a file that the kernel makes up is none', async () => {
    for (const path of ['/proc/version', '/proc/self/status', '/sys/kernel/uevent_seqnum']) {
      expect((await failureOf(() => requireRegularFile(path))).message).toContain('made up by the kernel')
      expect(() => requireRegularFileSync(path)).toThrow('made up by the kernel')
    }
  })

  it('a file with contents, also by a link, is one', async () => {
    await requireContents(file('x'))
    await requireRegularFile(file(''))
    requireRegularFileSync(file(''))
  })

  it('a checkpoint of pointers says so where it is listed', async () => {
    const dir = temporaryFolder()
    writeFileSync(join(dir, 'model_000005.pt'), LFS)
    writeFileSync(join(dir, 'meta_000005.json'), LFS)
    const { obstacles } = await inspectCheckpoint(dir, 5)
    expect(obstacles.map(({ code }) => code)).toEqual(['file.lfs-pointer', 'file.lfs-pointer'])
    expect(await failureOf(() => loadMeta(dir, 5))).toMatchObject({ code: 'file.lfs-pointer' })
  })
})
