import { expect, it } from 'vitest'
import { convertMmlu, mmlu } from '../../../../../src-main/data/tasks/mmlu'
import type { ParquetSource, TaskSource } from '../../../../../src-main/data/tasks/task-kind'
import { RowFault } from '../../../../../src-main/data/tasks/row-fault'

const row = { question: 'Q', choices: ['w', 'x', 'y', 'z'], answer: 2n }

it('asks for a letter and answers with it', () => {
  expect(convertMmlu(row).messages).toEqual([
    {
      role: 'user',
      content:
        'Multiple Choice question: Q\n- w=A\n- x=B\n- y=C\n- z=D\n\nRespond only with the letter of the correct answer.',
    },
    { role: 'assistant', content: 'C' },
  ])
})

it.each([
  ['five choices', { choices: ['v', 'w', 'x', 'y', 'z'] }, 'choices'],
  ['an answer that is no choice', { answer: 4n }, 'answer'],
  ['a negative answer', { answer: -1 }, 'answer'],
  ['no question', { question: null }, 'question'],
])('refuses %s', (_, change, field) => {
  expect(() => convertMmlu({ ...row, ...change })).toThrow(RowFault)
  expect(() => convertMmlu({ ...row, ...change })).toThrow(field)
})

function parquet(source: TaskSource): ParquetSource {
  if (source.from !== 'parquet') throw new Error(`MMLU comes from ${source.from}`)
  return source
}

it('reads auxiliary_train with a struct around its rows as a subset, and without one as a split of all', () => {
  const subset = parquet(mmlu.source({ task: 'MMLU', subset: 'auxiliary_train', split: 'train' }))
  const split = parquet(mmlu.source({ task: 'MMLU', subset: 'all', split: 'auxiliary_train' }))
  expect([subset.dataset.folder, subset.dataset.split]).toEqual(['auxiliary_train', 'train'])
  expect([split.dataset.folder, split.dataset.split]).toEqual(['all', 'auxiliary_train'])
  expect(split.convert(row)).toEqual(convertMmlu(row))
  expect(subset.convert({ train: row })).toEqual(convertMmlu(row))
  expect(() => subset.convert(row)).toThrow(RowFault)
})
