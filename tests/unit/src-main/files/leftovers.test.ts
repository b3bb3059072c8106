import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { besideName, removeLeftovers } from '../../../../src-main/files/leftovers'
import { ownerTag, thisThread } from '../../../../src-main/files/process-identity'
import { temporaryFolder } from '../../../support/temporary-folder'

const LEAVER = fileURLToPath(new URL('../../../support/leaver.ts', import.meta.url))
const HOUR_MS = 3600 * 1000

/** A folder with these names, each last changed so many hours ago. */
function folderOf(ages: Readonly<Record<string, number>>): string {
  const folder = temporaryFolder()
  for (const [name, hours] of Object.entries(ages)) {
    mkdirSync(join(folder, name))
    const time = new Date(Date.now() - hours * HOUR_MS)
    utimesSync(join(folder, name), time, time)
  }
  return folder
}

it('removes what a process left that was killed, and not while it runs', async () => {
  const folder = temporaryFolder()
  const child = spawn(process.execPath, ['--import', 'tsx', LEAVER, folder])
  await once(child.stdout, 'data')
  const half = readdirSync(folder)
  expect(half).toHaveLength(2)
  await removeLeftovers(folder)
  expect(readdirSync(folder)).toEqual(half)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await removeLeftovers(folder)
  expect(readdirSync(folder)).toEqual([])
}, 20_000)

it('leaves what is being made here, whatever its age, and all that is not ours', async () => {
  const ours = besideName('a')
  const others = [
    'a.tmp',
    'model_000100.pt',
    'notes.part-1',
    'a.part-1-2-3-0011aabb',
    'NAME-0011aabb.tmp-abc',
  ]
  const folder = folderOf(Object.fromEntries([ours, ...others].map((name) => [name, 1000])))
  await removeLeftovers(folder)
  expect(readdirSync(folder)).toEqual([ours, ...others].toSorted())
})

it('removes what nobody here can tell of only after a day', async () => {
  const foreign = (name: string): string =>
    `${name}.part-${ownerTag({ ...thisThread(), domain: '00000000' })}-00112233aabb`
  const folder = folderOf({
    [foreign('a')]: 23,
    [foreign('b')]: 25,
    'c.part-12-00112233aabb': 25,
    'model_000100.pt.tmp': 25,
    'meta_000100.json.tmp': 23,
    'optim_000100_rank0.pt.tmp': 25,
    'base-0011aabb.tmp-Ab3dE6': 25,
    '.2026-11-28-120000-0a1b.tmp': 25,
  })
  await removeLeftovers(folder)
  expect(readdirSync(folder)).toEqual([foreign('a'), 'meta_000100.json.tmp'])
})

it('says nothing of a folder that is not there', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await removeLeftovers(file)
  await removeLeftovers(join(file, 'none'))
})
