import { expect, it } from 'vitest'

import { mixture } from '../../../../src-main/data/mixture.schema'
import { MEASURED_TASKS } from '../../../../src-main/evaluation/measured-names.schema'
import { baselineOf, measuredEntry } from '../../../../src-main/evaluation/measured-tasks'

it('are the reference’s six, as entries that a mixture takes', () => {
  expect(MEASURED_TASKS).toHaveLength(6)
  const val = MEASURED_TASKS.map((name) => measuredEntry(name))
  expect(mixture.parse({ train: [], val }).val).toEqual(val)
})

it('take the files that a mixture names for the same rows, whole', () => {
  const named = mixture.parse({
    train: [],
    val: [
      { task: 'MMLU', subset: 'auxiliary_train', split: 'train', data_files: 'other.parquet' },
      { task: 'MMLU', subset: 'all', split: 'test' },
      { task: 'MMLU', subset: 'all', split: 'test', stop: 52, data_files: 'mine.parquet' },
      { task: 'SpellingBee', split: 'test', size: 9, word_list: 'words.txt' },
    ],
  }).val
  expect(measuredEntry('MMLU', named)).toEqual({
    task: 'MMLU',
    subset: 'all',
    split: 'test',
    data_files: 'mine.parquet',
  })
  expect(measuredEntry('SpellingBee', named)).toMatchObject({ size: 256, word_list: 'words.txt' })
  expect(measuredEntry('ARC-Easy', named)).not.toHaveProperty('data_files')
})

it('count four choices a question, and nothing for a number or a program', () => {
  expect(MEASURED_TASKS.map(baselineOf)).toEqual([0.25, 0.25, 0.25, 0, 0, 0])
})
