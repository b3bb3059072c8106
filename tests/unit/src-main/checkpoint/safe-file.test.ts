import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeFileSafely, writeTextSafely } from '../../../../src-main/checkpoint/safe-file'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

it('writes pieces of every size in order, and says how many bytes and their SHA-256', async () => {
  const path = join(temporaryFolder(), 'new', 'folder', 'file')
  const pieces = [3, 0, 1 << 20, 5, (1 << 20) - 1, 3 << 20, 1].map((size, i) => Buffer.alloc(size, i + 1))
  const written = await writeFileSafely(path, async (sink) => {
    for (const piece of pieces) await sink.write(piece)
  })
  const all = Buffer.concat(pieces)
  expect(readFileSync(path).equals(all)).toBe(true)
  expect(written).toEqual({ bytes: all.length, sha256: createHash('sha256').update(all).digest('hex') })
})

it('may reuse a buffer for every piece', async () => {
  const path = join(temporaryFolder(), 'file')
  const buffer = new Uint8Array(2)
  await writeFileSafely(path, async (sink) => {
    for (const value of [1, 2, 3]) await sink.write(buffer.fill(value))
  })
  expect([...readFileSync(path)]).toEqual([1, 1, 2, 2, 3, 3])
})

it('leaves the old file, and nothing beside it, where writing fails', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'file')
  await writeTextSafely(path, 'old')
  const failing = writeFileSafely(path, async (sink) => {
    await sink.write(Buffer.alloc(2 << 20))
    throw new Error('interrupted')
  })
  await expect(failing).rejects.toThrow('interrupted')
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['file'])
})

it('does not replace a folder', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'taken'))
  await expect(writeTextSafely(join(folder, 'taken'), 'text')).rejects.toThrow()
  expect(readdirSync(folder)).toEqual(['taken'])
})

it('says in words that the disk is full, and keeps the old file', async () => {
  const path = join(temporaryFolder(), 'file')
  await writeTextSafely(path, 'old')
  const full = writeFileSafely(path, () =>
    Promise.reject(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' })),
  )
  await expect(full).rejects.toMatchObject({
    code: 'checkpoint.write',
    message: containing('the disk is full'),
  })
  expect(readFileSync(path, 'utf8')).toBe('old')
})
