import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, it } from 'vitest'

import { filesOf, naturalOrder } from '../../../../../src-main/data/files/pattern'
import { temporaryFolder } from '../../../../support/temporary-folder'

const FILES = [
  'train-10.parquet',
  'train-2.parquet',
  'train-1.parquet',
  'test-1.parquet',
  '.train-0.parquet',
  'deep/train-3.parquet',
  'deep/er/train-4.parquet',
  '[v1]/train-5.parquet',
]

function folderOfFiles(): string {
  const folder = temporaryFolder()
  for (const file of FILES) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  mkdirSync(join(folder, 'train-7.parquet')) // a folder is no file
  symlinkSync('train-2.parquet', join(folder, 'train-9.parquet'))
  symlinkSync('..', join(folder, 'deep', 'round'))
  return folder
}

it.each([
  ['train-*.parquet', ['train-1.parquet', 'train-2.parquet', 'train-9.parquet', 'train-10.parquet']],
  ['train-?.parquet', ['train-1.parquet', 'train-2.parquet', 'train-9.parquet']],
  ['train-[0-2].parquet', ['train-1.parquet', 'train-2.parquet']],
  ['train-[!2].parquet', ['train-1.parquet', 'train-9.parquet']],
  ['t*t-1.parquet', ['test-1.parquet']],
  ['*/train-*.parquet', ['[v1]/train-5.parquet', 'deep/train-3.parquet']],
  ['**/train-[345].parquet', ['[v1]/train-5.parquet', 'deep/er/train-4.parquet', 'deep/train-3.parquet']],
  ['deep/**', ['deep/er/train-4.parquet', 'deep/train-3.parquet']],
  ['[v1]/*', ['[v1]/train-5.parquet']],
  ['.train-*', ['.train-0.parquet']],
  ['train-1.parquet', ['train-1.parquet']],
  ['nowhere/*.parquet', []],
  ['train-1.parquet/*', []],
  ['val-*.parquet', []],
])('%s finds %j', async (pattern, expected) => {
  const folder = folderOfFiles()
  const found = await filesOf(join(folder, pattern))
  expect(found.map((path) => relative(folder, path))).toEqual(expected)
})

it('orders runs of digits by their value, whatever their length', () => {
  const sorted = ['a', 'a1', 'a01', 'a2b', 'a2c', 'a10', `a${'9'.repeat(40)}`, `a1${'0'.repeat(40)}`, 'b0']
  const scattered = sorted.toSorted()
  expect(scattered.sort(naturalOrder)).toEqual(['a', 'a01', 'a1', ...sorted.slice(3)])
})
