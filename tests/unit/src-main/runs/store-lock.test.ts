import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { FolderHold } from '../../../../src-main/runs/store-lock'
import { holdElsewhere } from '../../../support/folder-holder'
import { temporaryFolder } from '../../../support/temporary-folder'

test('a folder has one holder, and another once it is given back', () => {
  const dir = temporaryFolder()
  const first = FolderHold.take(dir)
  expect(first).not.toBeNull()
  expect(FolderHold.take(dir)).toBeNull()
  first?.release()
  first?.release() // twice is once
  const second = FolderHold.take(dir)
  expect(second).not.toBeNull()
  second?.release()
  expect(readdirSync(dir)).toEqual(['run.lock'])
})

test('another process keeps it until it ends, however it ends', async () => {
  const dir = temporaryFolder()
  const holder = await holdElsewhere(dir)
  expect(FolderHold.take(dir)).toBeNull()
  expect(FolderHold.take(dir)).toBeNull() // looking at it does not take it away
  await holder.kill()
  const hold = FolderHold.take(dir)
  expect(hold).not.toBeNull()
  hold?.release()
})

test('what is in the file does not matter, held or not', async () => {
  const dir = temporaryFolder()
  const file = join(dir, 'run.lock')
  writeFileSync(file, 'no database '.repeat(1000))
  const hold = FolderHold.take(dir)
  expect(hold).not.toBeNull()
  expect(statSync(file).size).toBe(0)
  hold?.release()
  const holder = await holdElsewhere(dir)
  writeFileSync(file, 'no database '.repeat(1000))
  expect(FolderHold.take(dir)).toBeNull()
  await holder.kill()
})

test('a folder where no file can be made is an error, and not one that is held', () => {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'run.lock'))
  expect(() => FolderHold.take(dir)).toThrow()
  expect(() => FolderHold.take(join(dir, 'missing'))).toThrow()
})
