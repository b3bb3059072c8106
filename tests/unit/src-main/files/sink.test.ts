import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFile } from '../../../../src-main/files/durable'
import { copyOf } from '../../../../src-main/files/sink'
import { temporaryFolder } from '../../../support/temporary-folder'

it('writes pieces of every size in order, and says how many bytes and their SHA-256', async () => {
  const path = join(temporaryFolder(), 'new', 'folder', 'file')
  const pieces = [3, 0, 1 << 20, 5, (1 << 20) - 1, 3 << 20, 1].map((size, i) => Buffer.alloc(size, i + 1))
  const written = await makeFile(path, async (sink) => {
    for (const piece of pieces) await sink.write(piece)
  })
  const all = Buffer.concat(pieces)
  expect(readFileSync(path).equals(all)).toBe(true)
  expect(written).toEqual({ bytes: all.length, sha256: createHash('sha256').update(all).digest('hex') })
})

it('may reuse a buffer for every piece', async () => {
  const path = join(temporaryFolder(), 'file')
  const buffer = new Uint8Array(2)
  await makeFile(path, async (sink) => {
    for (const value of [1, 2, 3]) await sink.write(buffer.fill(value))
  })
  expect([...readFileSync(path)]).toEqual([1, 1, 2, 2, 3, 3])
})

it('copies another file', async () => {
  const folder = temporaryFolder()
  const bytes = Buffer.alloc((1 << 20) + 7, 'copied')
  await makeFile(join(folder, 'from'), bytes)
  await makeFile(join(folder, 'to'), copyOf(join(folder, 'from')))
  expect(readFileSync(join(folder, 'to')).equals(bytes)).toBe(true)
})
