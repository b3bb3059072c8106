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

it.each([makeFile, makeFolder])('%o removes what a killed process left half made', async (make) => {
  const parent = temporaryFolder()
  const dead = 2 ** 30 // beyond any process id
  const ages = [
    [`a.part-${String(dead)}-00ff`, 0.5],
    [`b.part-${String(dead)}-00ff`, 0.1],
    [`c.part-${String(process.pid)}-00ff`, 23],
    [`d.part-${String(process.pid)}-00ff`, 25],
    ['e', 100],
  ] as const
  for (const [name, hours] of ages) {
    mkdirSync(join(parent, name))
    const time = new Date(Date.now() - hours * 3600 * 1000)
    utimesSync(join(parent, name), time, time)
  }
  const target = join(parent, 'made')
  if (make === makeFile) await makeFile(target, 'x')
  else await makeFolder(target, async () => undefined)
  expect(readdirSync(parent)).toEqual([ages[1][0], ages[2][0], 'e', 'made'])
})

it('replaces a file', async () => {
  const parent = temporaryFolder()
  for (const text of ['one', 'two']) await makeFile(join(parent, 'a'), text)
  expect(readFileSync(join(parent, 'a'), 'utf8')).toBe('two')
  expect(readdirSync(parent)).toEqual(['a'])
})
