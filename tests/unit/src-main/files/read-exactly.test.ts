import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readAt } from '../../../../src-main/files/read-exactly'
import { temporaryFolder } from '../../../support/temporary-folder'

it('reads the whole stretch, or nothing where the file ends before', async () => {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, 'abcdef')
  const file = await open(path)
  expect(Buffer.from((await readAt(file, 2, 3)) ?? []).toString()).toBe('cde')
  expect(await readAt(file, 2, 5)).toBeUndefined()
  await file.close()
})
