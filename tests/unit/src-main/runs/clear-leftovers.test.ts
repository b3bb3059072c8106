import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

import { ownerTag, thisThread } from '../../../../src-main/files/process-identity'
import { clearLeftovers } from '../../../../src-main/runs/clear-leftovers'
import { temporaryFolder } from '../../../support/temporary-folder'

it('removes what killed processes left in the cache, the data folder and the bases', async () => {
  const folder = temporaryFolder()
  const half = `x.part-${ownerTag({ ...thisThread(), pid: 2 ** 30 })}-00112233aabb`
  const names = ['data/bases', 'data', 'cache/rows-2', 'cache/tokens-2/0011', 'cache/identities-2']
  for (const path of names.flatMap((name) => [join(name, half), join(name, 'kept')])) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  await clearLeftovers({ dataDir: join(folder, 'data'), cacheDir: join(folder, 'cache') })
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  expect(left.filter((path) => path.endsWith('kept'))).toHaveLength(names.length)
  expect(left.filter((path) => path.includes('.part-'))).toEqual([])
})
