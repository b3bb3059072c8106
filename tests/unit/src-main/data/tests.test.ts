import { expect, it } from 'vitest'

import { mixture } from '../../../../src-main/data/mixture.schema'
import { TEST_ENTRIES, withLocalFiles } from '../../../../src-main/data/tests'

const { val } = mixture.parse({
  train: [],
  val: [
    { task: 'GSM8K', subset: 'socratic', split: 'test', data_files: 'other.parquet' },
    { task: 'GSM8K', subset: 'main', split: 'test', stop: 5, data_files: ['a.parquet', 'b.parquet'] },
  ],
})

it('takes the files of the same rows, whole, and no others', () => {
  expect(withLocalFiles(TEST_ENTRIES.GSM8K, val)).toEqual({
    ...TEST_ENTRIES.GSM8K,
    data_files: ['a.parquet', 'b.parquet'],
  })
  expect(withLocalFiles(TEST_ENTRIES.MMLU, val)).toBe(TEST_ENTRIES.MMLU)
})
