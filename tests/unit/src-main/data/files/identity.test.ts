import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { fileIdentity } from '../../../../../src-main/data/files/identity'
import type { Failure } from '../../../../../src-main/errors'
import { temporaryFolder } from '../../../../support/temporary-folder'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Lets a file just written count as settled. */
function later(): void {
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 10_000)
}

it('is the hash of the contents, and is remembered', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.txt')
  writeFileSync(path, 'one')
  later()
  expect(await fileIdentity(path, folder)).toBe(sha256('one'))
  const [memo = ''] = readdirSync(join(folder, 'identities-2'))
  writeFileSync(
    join(folder, 'identities-2', memo),
    JSON.stringify({ stamp: 'another file', sha256: 'wrong' }),
  )
  expect(await fileIdentity(path, folder, { onDamage: () => undefined })).toBe(sha256('one'))
  vi.restoreAllMocks()
})

it('sees a change that keeps size and modification time', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.txt')
  const time = new Date(2020, 0)
  for (const text of ['one', 'two']) {
    writeFileSync(path, text)
    utimesSync(path, time, time)
    later()
    expect(await fileIdentity(path, folder)).toBe(sha256(text))
    vi.restoreAllMocks()
  }
})

it('does not remember a file that has only just changed', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.txt')
  writeFileSync(path, 'one')
  await fileIdentity(path, folder)
  expect(readdirSync(folder)).toEqual(['a.txt'])
})

it('tells of a memo whose hash differs in a letter, and hashes the file again', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.txt')
  writeFileSync(path, 'one')
  later()
  await fileIdentity(path, folder)
  const [memo = ''] = readdirSync(join(folder, 'identities-2'))
  const kept = join(folder, 'identities-2', memo)
  writeFileSync(kept, readFileSync(kept, 'utf8').replace(sha256('one'), sha256('two')))
  const notices: Failure[] = []
  const onDamage = (notice: Failure): void => void notices.push(notice)
  for (let asked = 0; asked < 2; asked++)
    expect(await fileIdentity(path, folder, { onDamage })).toBe(sha256('one'))
  expect(notices.map(({ code }) => code)).toEqual(['cache.damaged'])
  vi.restoreAllMocks()
})

it('survives a memo that is broken, and follows another file put in its place', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.txt')
  writeFileSync(path, 'one')
  later()
  await fileIdentity(path, folder)
  const [memo = ''] = readdirSync(join(folder, 'identities-2'))
  writeFileSync(join(folder, 'identities-2', memo), '{')
  expect(await fileIdentity(path, folder, { onDamage: () => undefined })).toBe(sha256('one'))
  writeFileSync(join(folder, 'b.txt'), 'two')
  renameSync(join(folder, 'b.txt'), path)
  expect(await fileIdentity(path, folder)).toBe(sha256('two'))
  vi.restoreAllMocks()
})
