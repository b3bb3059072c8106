import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

import { durably, inTransaction, openDatabase } from '../../../../src-main/runs/store-database'
import { temporaryFolder } from '../../../support/temporary-folder'

it.each([
  ['inTransaction', inTransaction],
  ['durably', durably],
] as const)('%s says that there is no room, changes nothing, and goes on when there is', (_, within) => {
  const file = join(temporaryFolder(), 'runs.db')
  const db = openDatabase(file)
  onTestFinished(() => {
    db.close()
  })
  db.exec('CREATE TABLE texts (text TEXT)')
  const write = (length: number) => (): void => {
    db.prepare('INSERT INTO texts VALUES (?)').run(['x'.repeat(length)])
  }
  db.pragma('max_page_count = 20')
  expect(() => within(db, write(1_000_000))).toThrow(
    expect.objectContaining({
      code: 'store.unwritable',
      message: `The run store ${file} cannot be written: the disk is full.`,
    }),
  )
  db.pragma('max_page_count = 10000')
  within(db, write(5))
  expect(db.prepare('SELECT text FROM texts').all([])).toEqual([{ text: 'xxxxx' }])
})
