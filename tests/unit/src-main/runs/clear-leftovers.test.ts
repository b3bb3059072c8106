import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

import { ownerTag, thisThread } from '../../../../src-main/files/process-identity'
import { clearLeftovers } from '../../../../src-main/runs/clear-leftovers'
import { temporaryFolder } from '../../../support/temporary-folder'

it('removes what killed processes left in the cache, the data folder and the bases', async () => {
  const folder = temporaryFolder()
  const half = `x.part-${ownerTag({ ...thisThread(), pid: 2 ** 30 })}-00112233aabb`
  const names = ['data/bases', 'data', 'cache/rows-2', 'cache/tokens-3/0011', 'cache/identities-2']
  for (const path of names.flatMap((name) => [join(name, half), join(name, 'kept')])) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  await clearLeftovers({ dataDir: join(folder, 'data'), cacheDir: join(folder, 'cache') })
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  expect(left.filter((path) => path.endsWith('kept'))).toHaveLength(names.length)
  expect(left.filter((path) => path.includes('.part-'))).toEqual([])
})

it('removes the cache’s folders of earlier forms, and of those names nothing elsewhere', async () => {
  const folder = temporaryFolder()
  const former = ['cache/rows/00', 'cache/identities', 'cache/tokens/0011', 'cache/tokens-2/0011']
  const kept = ['cache/rows-2/00', 'cache/tokens-3/0011', 'cache/mine', 'data/rows', 'data/tokens']
  for (const name of [...former, ...kept]) {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'file'), '')
  }
  const folders = { dataDir: join(folder, 'data'), cacheDir: join(folder, 'cache') }
  await clearLeftovers(folders)
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  expect(left.filter((path) => path.endsWith('file')).sort()).toEqual(
    kept.map((name) => join(name, 'file')).sort(),
  )
  await clearLeftovers(folders) // nothing is there to be removed
})
