import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requireSpace } from '../../../../src-main/files/disk-space'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

it('lets through what fits, also into a folder that is not there yet', async () => {
  const folder = temporaryFolder()
  await requireSpace(folder, 0, 'nothing')
  await requireSpace(join(folder, 'not', 'there'), 1000, 'a little')
})

it('says what does not fit, where, and what to do', async () => {
  const folder = temporaryFolder()
  const failure = await failureOf(() => requireSpace(join(folder, 'new'), 1e18, 'a huge file'))
  expect(failure.code).toBe('disk.full')
  expect(failure.message).toMatch(/^A huge file takes 931322574\.6 GiB on the disk of /)
  expect(failure.message).toContain(folder)
  expect(failure.message).toContain('512 MiB are left to the rest of the machine')
  expect(failure.remedy).toBeDefined()
})
