import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { exportFile } from '../../../../src-main/services/export-file'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

it('writes with the ending asked for, whatever was typed', async () => {
  const folder = temporaryFolder()
  for (const [typed, written] of [
    ['a', 'a.csv'],
    ['b.CSV', 'b.CSV'],
    ['c.exe', 'c.exe.csv'],
  ] as const) {
    expect(await exportFile(join(folder, typed), 'csv', typed)).toEqual({ path: join(folder, written) })
    expect(readFileSync(join(folder, written), 'utf8')).toBe(typed)
  }
})

it('says where it could not be written', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const failure = await failureOf(() => exportFile(join(folder, 'file', 'a.csv'), 'csv', 'x'))
  expect(failure.code).toBe('export.unwritable')
  expect(failure.message).toContain(join(folder, 'file', 'a.csv'))
})
