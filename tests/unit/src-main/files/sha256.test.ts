import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hashFile } from '../../../../src-main/files/sha256'
import { temporaryFolder } from '../../../support/temporary-folder'

it('hashes all of a file, after what the hash has taken already', async () => {
  const path = join(temporaryFolder(), 'file')
  const bytes = Buffer.alloc((2 << 20) + 3, 'bytes')
  writeFileSync(path, bytes)
  expect(await hashFile(path)).toBe(createHash('sha256').update(bytes).digest('hex'))
  const begun = createHash('sha1').update('blob')
  expect(await hashFile(path, { hash: begun })).toBe(
    createHash('sha1').update('blob').update(bytes).digest('hex'),
  )
})

it('ends with the signal, and fails where there is no file', async () => {
  const path = join(temporaryFolder(), 'file')
  await expect(hashFile(path)).rejects.toThrow('ENOENT')
  writeFileSync(path, 'text')
  await expect(hashFile(path, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
})
