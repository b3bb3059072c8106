import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { untar } from '../../../../../src-main/native/setup/untar'
import { containing } from '../../../../support/containing'
import { temporaryFolder } from '../../../../support/temporary-folder'

it('unpacks what it is asked for, with its mode, and nothing else', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'package'))
  writeFileSync(join(folder, 'package', 'program'), '', { mode: 0o755 })
  writeFileSync(join(folder, 'package', 'notes'), '')
  spawnSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: folder })
  const target = join(folder, 'target')
  mkdirSync(target)
  await untar(join(folder, 'package.tgz'), target, ['package/program'])
  expect(readdirSync(target, { recursive: true })).toEqual(['package', 'package/program'])
  expect(statSync(join(target, 'package', 'program')).mode & 0o111).toBe(0o111)
})

it('says which archive is damaged, or lacks what was asked for', async () => {
  const folder = temporaryFolder()
  const archive = join(folder, 'broken.tgz')
  writeFileSync(archive, 'no archive')
  await expect(untar(archive, folder, ['package'])).rejects.toMatchObject({
    code: 'archive.unpack',
    message: containing(archive),
  })
})
