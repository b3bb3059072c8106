import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { writeExport } from '../../../../src-main/files/exported'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

/** What Node throws where a write finds no room. */
const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
  code: 'ENOSPC',
  syscall: 'write',
})

it('leaves no half file where the disk is full, nor touches what was there', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.csv')
  writeFileSync(path, 'before')
  const failure = await failureOf(() =>
    writeExport(path, async (sink) => {
      await sink.write(new Uint8Array(3 << 20)) // on the disk by now, in part
      throw full
    }),
  )
  expect(failure).toMatchObject({
    code: 'export.unwritable',
    message: `${path} could not be written: the disk is full. Nothing half written is left.`,
    remedy: 'Make room there, or choose another place.',
  })
  expect(readdirSync(folder)).toEqual(['a.csv'])
  expect(readFileSync(path, 'utf8')).toBe('before')
})

it('passes on what has nothing to do with the disk', async () => {
  const path = join(temporaryFolder(), 'a.csv')
  const unknown = new Error('no such run')
  await expect(writeExport(path, () => Promise.reject(unknown))).rejects.toBe(unknown)
})
