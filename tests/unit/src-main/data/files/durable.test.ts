import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFile, makeFolder } from '../../../../../src-main/data/files/durable'
import { temporaryFolder } from '../../../../support/temporary-folder'

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

it('removes what a process that was killed long ago left half made', async () => {
  const parent = temporaryFolder()
  for (const [name, age] of [
    ['made.part-old', 48],
    ['made.part-new', 1],
    ['other.part-old', 48],
  ] as const) {
    mkdirSync(join(parent, name))
    const time = new Date(Date.now() - age * 3600 * 1000)
    utimesSync(join(parent, name), time, time)
  }
  await makeFolder(join(parent, 'made'), async () => undefined)
  expect(readdirSync(parent)).toEqual(['made', 'made.part-new', 'other.part-old'])
})

it('replaces a file', async () => {
  const parent = temporaryFolder()
  for (const text of ['one', 'two']) await makeFile(join(parent, 'a'), text)
  expect(readFileSync(join(parent, 'a'), 'utf8')).toBe('two')
  expect(readdirSync(parent)).toEqual(['a'])
})
