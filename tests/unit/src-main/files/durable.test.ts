import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFile, makeFolder } from '../../../../src-main/files/durable'
import { ownerTag, thisThread } from '../../../../src-main/files/process-identity'
import { temporaryFolder } from '../../../support/temporary-folder'

it('makes a folder whole', async () => {
  const target = join(temporaryFolder(), 'deep', 'made')
  await makeFolder(target, async (beside) => {
    writeFileSync(join(beside, 'a'), '1')
    expect(existsSync(target)).toBe(false)
  })
  expect(readdirSync(target)).toEqual(['a'])
})

it('leaves nothing when filling fails', async () => {
  const parent = temporaryFolder()
  const failing = makeFolder(join(parent, 'made'), async (beside) => {
    writeFileSync(join(beside, 'a'), '1')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(readdirSync(parent)).toEqual([])
})

it('keeps the folder that another made first', async () => {
  const parent = temporaryFolder()
  const target = join(parent, 'made')
  await makeFolder(target, async (beside) => {
    writeFileSync(join(beside, 'a'), 'ours')
    mkdirSync(target)
    writeFileSync(join(target, 'a'), 'theirs')
  })
  expect(readFileSync(join(target, 'a'), 'utf8')).toBe('theirs')
  expect(readdirSync(parent)).toEqual(['made'])
})

it.each([makeFile, makeFolder])('%o removes what a killed process left half made', async (make) => {
  const parent = temporaryFolder()
  const gone = `a.part-${ownerTag({ ...thisThread(), pid: 2 ** 30 })}-00112233aabb`
  const ours = `b.part-${ownerTag(thisThread())}-00112233aabb`
  for (const name of [gone, ours, 'e']) mkdirSync(join(parent, name))
  const target = join(parent, 'made')
  if (make === makeFile) await makeFile(target, 'x')
  else await makeFolder(target, async () => undefined)
  expect(readdirSync(parent)).toEqual([ours, 'e', 'made'])
})

it('replaces a folder where it is told to', async () => {
  const parent = temporaryFolder()
  for (const name of ['old', 'new']) {
    const fill = async (beside: string): Promise<void> => {
      await makeFile(join(beside, name), '')
    }
    await makeFolder(join(parent, 'made'), fill, { replace: true })
  }
  expect(readdirSync(join(parent, 'made'))).toEqual(['new'])
  expect(readdirSync(parent)).toEqual(['made'])
})

it('leaves the old file, and nothing beside it, where writing fails', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'file')
  await makeFile(path, 'old')
  const failing = makeFile(path, async (sink) => {
    await sink.write(Buffer.alloc(2 << 20))
    throw new Error('interrupted')
  })
  await expect(failing).rejects.toThrow('interrupted')
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['file'])
})

it('puts no file in the place of a folder', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'taken'))
  await expect(makeFile(join(folder, 'taken'), 'text')).rejects.toThrow()
  expect(readdirSync(folder)).toEqual(['taken'])
})

it('replaces a file', async () => {
  const parent = temporaryFolder()
  for (const text of ['one', 'two']) await makeFile(join(parent, 'a'), text)
  expect(readFileSync(join(parent, 'a'), 'utf8')).toBe('two')
  expect(readdirSync(parent)).toEqual(['a'])
})
